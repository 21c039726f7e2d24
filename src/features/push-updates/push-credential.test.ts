import { deepEqual, equal, match, notEqual, ok, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ApplicationId } from '#domain/application.ts'
import type { User } from '#domain/user.ts'
import { day } from '#kernel/clock.ts'
import { keyRing } from '#kernel/sealed.ts'
import { openDatabase } from '#store/connection.ts'
import { createSignon } from '#store/signon.ts'
import { testClient } from '#test/client.ts'
import { startSignon } from '#test/signon.ts'
import { ownEmail, pushCredential } from './push-credential.ts'

const test = await startSignon()
const { signon, clock, rows } = test
const week = 7 * day

const tokenFor = async (application: { readonly id: ApplicationId }): Promise<string> =>
  (await pushCredential(signon, application.id)).reveal()
const owner = async (): Promise<User> => signon.single.users.findByEmail(ownEmail)
const tokensOf = (application: { readonly id: ApplicationId }) =>
  rows<{ days: number; purpose: string | null }>(
    `select extract(epoch from expires_at - created_at)::float8 / 86400 as days, purpose from api_tokens
     where application_id = $1 order by id`,
    [application.id],
  )

describe('what Signon presents to applications', () => {
  it('is made once for all, however many workers first need it at the same time', async () => {
    const applications = await Promise.all([test.application('One'), test.application('Two')])
    const needs = [...applications, ...applications, ...applications, ...applications]
    const tokens = await Promise.all(needs.map(tokenFor))

    equal(new Set(tokens).size, 2)
    for (const [index, token] of tokens.entries()) equal(token, tokens[index % 2])
    const { name, kind, role, uid } = await owner()
    deepEqual(
      [name, kind, role],
      ['Signon API Client (permission and suspension updater)', 'machine', 'normal'],
    )
    deepEqual([...(await test.events(uid))].sort(), [27, 29, 29, 35, 35])
    equal((await rows(`select from users where email = $1`, [ownEmail])).length, 1)
    for (const application of applications) equal((await tokensOf(application)).length, 1)
  })

  it('CC-72 is good at /user.json of its application only, and holds signin and user_update_permission there', async () => {
    const [application, another] = [await test.application('Three'), await test.application('Three B')]
    const token = await tokenFor(application)

    const answer = await testClient(test.url, application).userInfo(token)
    const { user } = (await answer.json()) as { user: Record<string, unknown> }
    deepEqual([user['uid'], user['permissions']], [(await owner()).uid, ['signin', 'user_update_permission']])
    equal((await testClient(test.url, another).userInfo(token)).status, 401)
  })

  it('may be made where the application has the permission already, and is never granted in pages', async () => {
    const application = await test.application('Four', { permissions: ['user_update_permission'] })
    const fresh = await test.application('Five')
    await tokenFor(application)
    await tokenFor(fresh)

    deepEqual(await signon.single.grants.permissionNames(application.id), [
      'signin',
      'user_update_permission',
    ])
    const made = await rows(
      `select is_grantable_from_ui, is_delegated, is_default from permissions
       where application_id = $1 and name = 'user_update_permission'`,
      [fresh.id],
    )
    deepEqual(made, [{ is_grantable_from_ui: false, is_delegated: false, is_default: false }])
    const notes = await rows<{ note: string }>(
      `select note from events where number = 57 and application_id = $1`,
      [fresh.id],
    )
    deepEqual(notes, [{ note: 'user_update_permission' }])
  })

  it('CC-73 lasts ten years, and is renewed when less than four weeks remain', async () => {
    const application = await test.application('Six')
    const first = await tokenFor(application)
    deepEqual(await tokensOf(application), [{ days: 3652.425, purpose: null }])
    match(first, /^sgn_[A-Za-z0-9_-]{43}$/)

    const begun = clock.now().getTime()
    clock.step(3652.425 * day - 4 * week)
    equal(await tokenFor(application), first)
    clock.step(1)
    const second = await tokenFor(application)
    notEqual(second, first)
    // Who still uses the old one may, until it ends.
    equal((await testClient(test.url, application).userInfo(first)).status, 200)
    equal((await testClient(test.url, application).userInfo(second)).status, 200)
    equal((await tokensOf(application)).length, 2)
    clock.step(begun - clock.now().getTime())
  })

  it('CC-73 is renewed when it was revoked', async () => {
    const application = await test.application('Seven')
    const first = await tokenFor(application)
    const found = await signon.single.apiTokens.seekByText(first)
    ok(found)
    await signon.single.apiTokens.revoke(found.id)

    const second = await tokenFor(application)
    notEqual(second, first)
    equal(await tokenFor(application), second)
    equal((await testClient(test.url, application).userInfo(first)).status, 401)
    equal((await testClient(test.url, application).userInfo(second)).status, 200)
  })

  it('CC-73 is renewed once, however many workers find it revoked at the same time', async () => {
    const application = await test.application('Seven B')
    const found = await signon.single.apiTokens.seekByText(await tokenFor(application))
    ok(found)
    await signon.single.apiTokens.revoke(found.id)

    const tokens = await Promise.all(Array.from({ length: 8 }, () => tokenFor(application)))
    deepEqual([new Set(tokens).size, (await tokensOf(application)).length], [1, 2])
  })

  it('gets back what it must hold, with the same token', async () => {
    const application = await test.application('Eight')
    const token = await tokenFor(application)
    await rows('delete from grants where application_id = $1', [application.id])
    equal((await testClient(test.url, application).userInfo(token)).status, 401)

    equal(await tokenFor(application), token)
    equal((await testClient(test.url, application).userInfo(token)).status, 200)
  })

  it('is renewed when the key is gone that it was sealed with', async (t) => {
    const application = await test.application('Nine')
    const first = await tokenFor(application)
    const db = openDatabase(test.databaseUrl, 2, () => undefined)
    t.after(() => db.destroy())
    const keys = keyRing([{ id: 'later', bytes: Buffer.alloc(32, 9) }])
    const later = createSignon({ ...signon, db, keys })

    const second = (await pushCredential(later, application.id)).reveal()
    notEqual(second, first)
    equal((await pushCredential(later, application.id)).reveal(), second)
  })

  it('is nowhere in the database as it is, and prints as [secret]', async () => {
    const application = await test.application('Ten')
    const credential = await pushCredential(signon, application.id)
    equal(`${credential} ${JSON.stringify({ credential })}`, '[secret] {"credential":"[secret]"}')
    const kept = await rows<{ row: string }>(
      `select t::text as row from api_tokens t union all select c::text from push_credentials c
       union all select e::text from events e union all select j.payload::text from graphile_worker._private_jobs j`,
    )
    ok(kept.length > 10)
    equal(kept.filter(({ row }) => row.includes(credential.reveal())).length, 0)
  })

  it('is not made while Signon’s own API user is suspended, and says so', async () => {
    const application = await test.application('Eleven')
    await tokenFor(application)
    const { id } = await owner()
    await signon.single.users.suspend(id, 'Its token leaked')
    await rejects(tokenFor(application), {
      message: 'Applications cannot be told of changes while signon+permissions@alphagov.co.uk is suspended.',
    })

    await signon.single.users.unsuspend(id)
    await tokenFor(application)
  })

  it('is not made over the account of a person who has the address', async () => {
    await rows(`update users set email = 'former@example.gov.uk' where email = $1`, [ownEmail])
    await test.user('Somebody else', { email: ownEmail })
    await rejects(tokenFor(await test.application('Twelve')), /is an API user/)
  })
})
