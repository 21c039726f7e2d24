import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { operator, startSignon } from '#test/signon.ts'
import { setPassword } from './set-password.ts'
import { suspendUser } from './suspend-user.ts'
import { unlockUser } from './unlock-user.ts'
import { unsuspendUser } from './unsuspend-user.ts'

const test = await startSignon()
const { signon } = test
const password = 'a wholly new password'

const signsIn = async (email: string, typed?: string): Promise<boolean> =>
  (await test.browser().signIn(email, typed)).status === 302

describe('setting a password', () => {
  it('lets somebody sign in again whose suspension has ended', async () => {
    const ada = await test.user('Ada')
    await suspendUser(signon, operator, { email: ada.email, reason: 'away' })
    await unsuspendUser(signon, operator, { email: ada.email })
    equal(await signsIn(ada.email), false)

    const account = await setPassword(signon, operator, { email: 'ADA@example.gov.uk', password })
    equal(account.status, 'active')
    equal(await signsIn(ada.email, password), true)
    equal((await test.events(ada.uid)).includes(58), true)
  })

  it('replaces the old one, and ends every session and the lock', async () => {
    const ben = await test.user('Ben')
    const browser = test.browser()
    await browser.signIn(ben.email)
    await signon.single.users.lock(ben.id)
    await test.rows('update sign_in_states set failed_attempts = 6 where user_id = $1', [ben.id])

    await setPassword(signon, operator, { email: ben.email, password })
    match((await browser.get('/')).location ?? '', /sign_in/)
    equal((await unlockUser(signon, operator, { email: ben.email })).wasLocked, false)
    const [row] = await test.rows<{ failed_attempts: number; password_hash: string; changed: Date }>(
      `select failed_attempts, password_hash, password_changed_at as changed
       from users join sign_in_states on user_id = id where id = $1`,
      [ben.id],
    )
    deepEqual([row?.failed_attempts, row?.changed], [0, test.clock.now()])
    match(row?.password_hash ?? '', /^\$argon2id\$/)
    deepEqual([await signsIn(ben.email), await signsIn(ben.email, password)], [false, true])
  })

  it('refuses a bad password, strangers, machines and the suspended, and leaves no trace', async () => {
    const cleo = await test.user('Cleo')
    const robot = await test.machine('Robot', await test.application('Imports'))
    const zoe = await test.user('Zoe')
    await suspendUser(signon, operator, { email: zoe.email, reason: 'left' })
    const before = await test.events()

    const refused = (email: string, code: string, typed = password) =>
      rejects(setPassword(signon, operator, { email, password: typed }), { code })
    await refused(cleo.email, 'invalid', 'short')
    await refused('nobody@example.gov.uk', 'not-found')
    await refused(robot.user.email, 'conflict')
    await refused(zoe.email, 'conflict')
    deepEqual(await test.events(), before)
    equal(await signsIn(cleo.email), true)
  })

  it('ends the invitation of somebody who was only invited', async () => {
    const ivy = await test.user('Ivy', { invitedBy: 'operator' })
    const link = await signon.single.accountTokens.issue(ivy.id, 'invitation')
    equal((await setPassword(signon, operator, { email: ivy.email, password })).status, 'active')
    const page = await test.browser().get(`/users/invitation/accept?invitation_token=${link}`)
    equal(page.location, '/users/sign_in')
  })

  it('is refused to people', async () => {
    const dan = await test.user('Dan')
    await rejects(setPassword(signon, { kind: 'person' }, { email: dan.email, password }), {
      code: 'forbidden',
    })
  })
})
