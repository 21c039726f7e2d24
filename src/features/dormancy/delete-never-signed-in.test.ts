import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { User, UserId } from '#domain/user.ts'
import { after, day } from '#kernel/clock.ts'
import { password } from '#test/people.ts'
import { operator, startSignon } from '#test/signon.ts'
import { deleteNeverSignedIn } from './delete-never-signed-in.ts'
import { warnInviters } from './warn-inviters.ts'

const test = await startSignon()
const { signon, clock, rows } = test
const start = clock.now()

/** Somebody invited so many days ago, by somebody or nobody. */
const invited = async (name: string, days: number, by?: UserId): Promise<User> => {
  const user = await test.user(name, { invitedBy: by ?? 'operator' })
  await rows('update users set invited_at = $2 where id = $1', [user.id, after(clock.now(), -days * day)])
  return user
}
const isThere = async ({ id }: User): Promise<boolean> => (await signon.single.users.seek(id)) !== undefined
const run = () => deleteNeverSignedIn(signon, operator)
const warned = async () => {
  await warnInviters(signon, operator)
  return test.mails()
}
// Nobody of one test is there in another, and each begins on the same day.
beforeEach(async () => {
  clock.step(start.getTime() - clock.now().getTime())
  await rows('delete from users')
})

describe('deleting the never signed in', () => {
  it('takes whoever was last invited more than 90 days ago, and leaves the log', async () => {
    const [young, old] = [await invited('Young', 90), await invited('Old', 91)]
    await test.grant(old, await test.application('Whitehall'), 'signin')
    const usual = await test.user('Usual')
    const { matched, changed, details } = await run()
    deepEqual([matched, changed, details], [1, 1, [{ email: old.email, outcome: 'done' }]])
    deepEqual([await isThere(young), await isThere(old), await isThere(usual)], [true, false, true])
    deepEqual(await rows('select number, note, actor_kind from events where about_uid = $1', [old.uid]), [
      {
        number: 45,
        note: 'old@example.gov.uk was invited on 03 August 2026 and never signed in',
        actor_kind: 'console',
      },
    ])
    equal((await run()).matched, 0)
  })

  it('quirk 21 of the edge cases: takes whoever set a password and never signed in, too', async () => {
    const lazy = await invited('Lazy', 91)
    await signon.single.invitations.accept(lazy.id)
    await run()
    equal(await isThere(lazy), false)
  })

  it('leaves whoever was invited again, has signed in once, or is a machine', async () => {
    const again = await invited('Again', 91)
    await signon.single.invitations.send(again.id, undefined)
    const once = await invited('Once', 91)
    await signon.single.invitations.accept(once.id)
    await rows('update sign_in_states set last_signed_in_at = $2 where user_id = $1', [once.id, clock.now()])
    const robot = await test.machine('Robot', await test.application('Imports'))
    await run()
    deepEqual([await isThere(again), await isThere(once), await isThere(robot.user)], [true, true, true])
  })

  it('leaves whoever signs in after they were found, and goes on when one person fails', async () => {
    const [quick, bad, good] = [
      await invited('Quick', 91),
      await invited('Bad', 91),
      await invited('Good', 91),
    ]
    await signon.single.invitations.accept(quick.id)
    await signon.single.passwords.replace(quick.id, await signon.passwords.hash(password))
    await rows(`create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end';
      create trigger refuse before delete on users for each row when (old.id = ${bad.id}) execute function refuse()`)
    const { dormancy } = signon.single
    const slow: typeof signon = {
      ...signon,
      single: {
        ...signon.single,
        dormancy: {
          ...dormancy,
          async neverSignedIn(range, before) {
            const found = await dormancy.neverSignedIn(range, before)
            equal((await test.browser().signIn(quick.email)).location, '/')
            return found
          },
        },
      },
    }
    const failed: string[] = []
    const onFailure = ({ email }: { readonly email: string }) => void failed.push(email)
    const { matched, changed } = await deleteNeverSignedIn(slow, operator, { onFailure })
    deepEqual([matched, changed, failed], [3, 1, [bad.email]])
    deepEqual([await isThere(quick), await isThere(bad), await isThere(good)], [true, true, false])
    deepEqual(await test.events(bad.uid), [])
    await rows('drop trigger refuse on users; drop function refuse')
  })

  it('departure 9 keeps the last active superadmin', async () => {
    const root = await test.user('Root', { role: 'superadmin', invitedBy: 'operator' })
    await signon.single.invitations.accept(root.id)
    clock.step(100 * day)
    deepEqual((await run()).details, [{ email: root.email, outcome: 'last superadmin' }])
    equal(await isThere(root), true)
  })

  it('says what it would do, and does nothing, in a rehearsal; and is refused to people', async () => {
    const old = await invited('Old', 91)
    const { matched, changed } = await deleteNeverSignedIn(signon, operator, { isRehearsal: true })
    deepEqual([matched, changed, await isThere(old)], [1, 0, true])
    await rejects(deleteNeverSignedIn(signon, { kind: 'person' }), { code: 'forbidden' })
    await rejects(warnInviters(signon, { kind: 'person' }), { code: 'forbidden' })
  })
})

describe('warning whoever invited somebody', () => {
  it('takes no paragraph from a name', async () => {
    const inviter = await test.user('Inviter')
    const { id } = await invited('Mal', 84, inviter.id)
    const name = 'Mal\n\nGo to https://evil.example'
    await rows('update users set name = $2 where id = $1', [id, name])
    const [mail] = await warned()
    match(mail?.text ?? '', /you invited Mal Go to https:\/\/evil\.example \(mal@/)
    await rows('delete from users')
  })

  it('happens once, 7 days before, by mail', async () => {
    const ada = await test.user('Ada')
    await invited('Early', 83, ada.id)
    await invited('Late', 91, ada.id)
    const ben = await invited('Ben', 84, ada.id)
    const [mail, ...others] = await warned()
    deepEqual(
      [mail?.to, mail?.subject, others],
      [ada.email, '[Test] An account that you created will be deleted in 7 days', []],
    )
    match(mail?.text ?? '', /On 10 August 2026 you invited Ben \(ben@example\.gov\.uk\)(.|\n)*new invitation/)
    deepEqual(await warned(), [])

    await signon.single.invitations.send(ben.id, undefined)
    clock.step(84 * day)
    equal((await warned()).filter(({ text }) => text.includes(ben.email)).length, 1)
  })

  it('makes up for a day that was missed', async () => {
    const ada = await test.user('Ada')
    await invited('Ben', 86, ada.id)
    match((await warned())[0]?.subject ?? '', /in 5 days/)
  })

  it('reaches nobody when an operator invited, or the inviter is gone or suspended', async () => {
    const [gone, suspended] = [await test.user('Gone'), await test.user('Suspended')]
    await invited('A', 85)
    await invited('B', 85, gone.id)
    await invited('C', 85, suspended.id)
    await signon.single.users.remove(gone.id)
    await signon.single.users.suspend(suspended.id, 'left')
    deepEqual(await warned(), [])
  })

  it('says nothing once the person has signed in, or was invited again', async () => {
    const ada = await test.user('Ada')
    const [signsIn, again] = [await invited('A', 85, ada.id), await invited('B', 85, ada.id)]
    equal((await warnInviters(signon, operator)).changed, 2)
    await signon.single.invitations.accept(signsIn.id)
    await rows('update sign_in_states set last_signed_in_at = $2 where user_id = $1', [
      signsIn.id,
      clock.now(),
    ])
    await signon.single.invitations.send(again.id, undefined)
    deepEqual(await test.mails(), [])
  })

  it('tells of somebody who has a password to make them sign in', async () => {
    const ada = await test.user('Ada')
    const lazy = await invited('Lazy', 84, ada.id)
    await signon.single.invitations.accept(lazy.id)
    match((await warned())[0]?.text ?? '', /have set a password(.|\n)*ask them to sign in/)
  })
})
