import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { after, day } from '#kernel/clock.ts'
import { Forbidden } from '#kernel/failure.ts'
import type { ApiTokenId } from '#store/api-tokens.ts'
import type { TestApplication, TestMachine } from '#test/people.ts'
import { operator, startSignon } from '#test/signon.ts'
import { renewInternalTokens } from './renew-internal-tokens.ts'

const test = await startSignon()
const { signon, clock, rows } = test
const { single } = signon
const router = await test.application('Router API')

const inDays = (days: number): Date => after(clock.now(), days * day)

/** A machine of ours, with a token that expires in so many days. */
const machine = async (
  name: string,
  days: number | null = 20,
  { email = `${name.toLowerCase()}@alphagov.co.uk`, application = router } = {},
): Promise<TestMachine> => {
  const made = await test.machine(name, application, { expiresAt: days === null ? null : inDays(days) })
  await rows('update users set email = $2 where id = $1', [made.user.id, email])
  return made
}

const addToken = (
  user: User,
  days: number | null,
  application: TestApplication = router,
): Promise<ApiTokenId> =>
  single.apiTokens.add({
    user: user.id,
    application: application.id,
    text: signon.random.uuid(),
    purpose: null,
    expiresAt: days === null ? null : inDays(days),
  })

const run = () => renewInternalTokens(signon, operator)

interface TokenRow {
  readonly id: number
  readonly days: number
  readonly sealed_token: string | null
  readonly replaces_id: number | null
  readonly purpose: string | null
  readonly owner_email: string | null
}

const tokensOf = async ({ id }: User): Promise<readonly TokenRow[]> =>
  rows<TokenRow>(
    `select id, sealed_token, replaces_id, purpose, owner_email,
       round(extract(epoch from expires_at - $2) / 86400)::integer as days
     from api_tokens where user_id = $1 order by id`,
    [id, clock.now()],
  )

describe('renewing tokens of ours', () => {
  beforeEach(() => rows(`delete from users where kind = 'machine'`))

  it('is not for people, whatever their role', async () => {
    const ada = await test.user('Ada', { role: 'superadmin' })
    await rejects(renewInternalTokens(signon, { kind: 'person', userId: ada.id }), Forbidden)
    await rejects(renewInternalTokens(signon, { kind: 'application' }), Forbidden)
  })

  it('BO-Q7: leaves revoked and expired tokens, suspended API users, retired applications and people alone', async () => {
    const revoked = await machine('Revoked')
    await single.apiTokens.revoke(revoked.tokenId)
    await machine('Expired', -1)
    const suspended = await machine('Suspended')
    await single.users.suspend(suspended.user.id, 'gone')
    const old = await test.application('Old')
    await machine('Retired', 20, { application: old })
    await single.applications.retire(old.id)
    const percy = await test.user('Percy', { email: 'percy@alphagov.co.uk', uses: [router] })
    await addToken(percy, 20)
    const own = await machine('Own')
    await single.pushCredentials.put(router.id, own.tokenId, own.token)
    await machine('Lasting', 40)
    await machine('Endless', null)
    deepEqual(await run(), { matched: 0, changed: 0, details: [] })
  })

  it('takes only addresses of exactly our domains for ours', async () => {
    const others = [
      'a@example.gov.uk',
      'b@sub.alphagov.co.uk',
      'c@alphagov.co.uk.example.com',
      'd@notalphagov.co.uk',
      'e@evil.example@alphagov.co.uk',
      'f@staging.publishing.service.gov.uk',
      'alphagov.co.uk@example.com',
    ]
    for (const [index, email] of others.entries()) await machine(`Other ${index}`, 20, { email })
    const partner = await machine('Partner')
    await rows(`update api_tokens set owner_email = 'team@partner.example' where id = $1`, [partner.tokenId])
    deepEqual((await run()).details, [])

    await machine('Ours')
    await machine('Ours Too', 20, { email: 'too@publishing.service.gov.uk' })
    deepEqual((await run()).details.map(({ apiUser }) => apiUser).toSorted(), [
      'ours@alphagov.co.uk',
      'too@publishing.service.gov.uk',
    ])
  })

  it('makes one of two years beside the old, like it, sealed, with signin, and says so in the log', async () => {
    const { user, tokenId, token } = await machine('Robot')
    await rows(`update api_tokens set purpose = 'Night', owner_email = 'ops@alphagov.co.uk' where id = $1`, [
      tokenId,
    ])
    await rows('delete from grants where user_id = $1', [user.id])
    deepEqual(await run(), {
      matched: 1,
      changed: 1,
      details: [{ apiUser: 'robot@alphagov.co.uk', application: 'Router API', outcome: 'renewed' }],
    })
    const [old, fresh, ...more] = await tokensOf(user)
    deepEqual(more, [])
    deepEqual([old?.days, old?.sealed_token], [20, null])
    deepEqual(
      [fresh?.days, fresh?.purpose, fresh?.owner_email, fresh?.replaces_id],
      [731, 'Night', 'ops@alphagov.co.uk', tokenId],
    )
    const text = signon.keys.open(fresh?.sealed_token ?? '', `API token of ${user.id} for ${router.id}`)
    equal((await single.apiTokens.seekByText(text))?.id, fresh?.id)
    notEqual(text, token)
    ok(await single.grants.holdsSignin(user.id, router.id))
    deepEqual(await test.events(user.uid), [35, 48])
    const logged = JSON.stringify(await rows('select * from events'))
    equal(logged.includes(text), false)
  })

  it('does nothing the second time, nor when several run at once', async () => {
    const machines = [await machine('One'), await machine('Two'), await machine('Three')]
    const runs = await Promise.all([run(), run(), run()])
    equal(
      runs.reduce((sum, { changed }) => sum + changed, 0),
      3,
    )
    deepEqual(await run(), { matched: 0, changed: 0, details: [] })
    for (const { user } of machines) equal((await tokensOf(user)).length, 2)
  })

  it('counts a later token only while it is not revoked', async () => {
    const { user } = await machine('Lost')
    const later = await addToken(user, 400)
    equal((await run()).matched, 0)
    await single.apiTokens.revoke(later)
    equal((await run()).changed, 1)
  })

  it('renews one whose replacement expires sooner', async () => {
    const { user, tokenId } = await machine('Short')
    const token = { user: user.id, application: router.id, text: 'x', purpose: null, expiresAt: inDays(5) }
    await single.apiTokens.add({ ...token, replaces: tokenId })
    equal((await run()).changed, 1)
    deepEqual(
      (await tokensOf(user)).map(({ days, replaces_id }) => [days, replaces_id]),
      [
        [20, null],
        [5, tokenId],
        [731, null],
      ],
    )
  })

  it('says what it would do, and does nothing, in a rehearsal', async () => {
    const { user } = await machine('Spared')
    const { matched, changed, details } = await renewInternalTokens(signon, operator, { isRehearsal: true })
    deepEqual([matched, changed, details[0]?.outcome], [1, 0, 'renewed'])
    equal((await tokensOf(user)).length, 1)
    deepEqual(await test.events(user.uid), [])
  })

  it('goes on when one fails', async () => {
    const [bad, good] = [await machine('Bad', 10), await machine('Good', 20)]
    await rows(`create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end';
      create trigger refuse before insert on api_tokens for each row when (new.user_id = ${bad.user.id}) execute function refuse()`)
    const failed: number[] = []
    const { matched, changed, details } = await renewInternalTokens(signon, operator, {
      onFailure: ({ id }) => failed.push(id),
    })
    deepEqual([matched, changed, failed], [2, 1, [bad.tokenId]])
    deepEqual(
      details.map(({ outcome }) => outcome),
      ['failed', 'renewed'],
    )
    equal((await tokensOf(good.user)).length, 2)
    await rows('drop trigger refuse on api_tokens; drop function refuse')
  })

  it('keeps no readable copy of a token that is revoked', async () => {
    const { user } = await machine('Stopped')
    await run()
    const fresh = (await tokensOf(user)).at(-1)
    await single.apiTokens.revoke(fresh?.id as ApiTokenId)
    equal((await tokensOf(user)).at(-1)?.sealed_token, null)
  })
})
