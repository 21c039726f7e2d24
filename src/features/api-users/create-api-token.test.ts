import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { after, day, second } from '#kernel/clock.ts'
import type { ApiTokenId } from '#store/api-tokens.ts'
import { operator, startSignon } from '#test/signon.ts'
import { createApiToken } from './create-api-token.ts'
import { createApiUser } from './create-api-user.ts'
import { listApiTokens } from './list-api-tokens.ts'
import { revokeApiToken } from './revoke-api-token.ts'

const test = await startSignon()
const { signon, clock } = test

const publisher = await test.application('Publishing API')
const nobody = { kind: 'person' } as const

const machine = (name: string) =>
  createApiUser(signon, operator, { name, email: `${name.toLowerCase()}@machines.example.gov.uk` })

const isGood = async (token: string): Promise<boolean> => {
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(`${test.url}/user.json?client_id=${publisher.clientId}`, { headers })).status === 200
}

describe('creating an API user', () => {
  it('makes a machine without any way to sign in, and records it', async () => {
    const robot = await machine('Robot')
    deepEqual([robot.kind, robot.role, robot.organisationId], ['machine', 'normal', null])
    deepEqual(await test.events(robot.uid), [27])
    equal((await test.browser().signIn(robot.email)).status, 200)
  })

  it('names all faults, and refuses an address that anybody has, and people', async () => {
    const ada = await test.user('Ada')
    const wrong = createApiUser(signon, operator, { name: '', email: 'robot' })
    await rejects(wrong, { code: 'invalid', message: /Enter a name\nEnter an email address/ })
    await rejects(createApiUser(signon, operator, { name: 'Ada', email: ada.email }), { code: 'conflict' })
    await rejects(createApiUser(signon, nobody, { name: 'R', email: 'r@example.gov.uk' }), {
      code: 'forbidden',
    })
  })
})

describe('creating an API token', () => {
  it('shows it once, lets it in, and keeps a hash only', async () => {
    const { email, uid } = await machine('Importer')
    const token = await createApiToken(signon, operator, {
      email,
      applicationName: 'publishing api',
      purpose: ' nightly ',
    })
    match(token.text, /^sgn_[\w-]{43}$/)
    deepEqual([token.applicationName, token.expiresAt], ['Publishing API', after(clock.now(), 731 * day)])
    equal(await isGood(token.text), true)
    deepEqual(await test.events(uid), [27, 35, 29])

    const [row] = await test.rows<{ text: string }>(
      'select t::text as text from api_tokens t where id = $1',
      [token.id],
    )
    equal(row?.text.includes(token.text.slice(9)), false)
    const listed = (await listApiTokens(signon, operator)).find(({ id }) => id === token.id)
    deepEqual(
      [listed?.visiblePrefix, listed?.purpose, listed?.user.email],
      [token.text.slice(0, 8), 'nightly', email],
    )
  })

  it('CC-90 is good for 63,113,904 seconds at least, and lets its owner in', async () => {
    const { id, email } = await machine('Lasting')
    const { text } = await createApiToken(signon, operator, { email, applicationName: 'Publishing API' })
    equal(await signon.single.grants.holdsSignin(id, publisher.id), true)
    clock.step(63_113_904 * second)
    equal(await isGood(text), true)
    clock.step(-63_113_904 * second)
  })

  it('is owned by whom it says, by the API user otherwise, and by nobody at an address that is none', async () => {
    const { id, email } = await machine('Owned')
    const create = (ownerEmail?: string) =>
      createApiToken(signon, operator, { email, applicationName: 'Publishing API', ownerEmail })
    await create(' Ops@example.gov.uk ')
    await create()
    await create(email.toUpperCase())
    await rejects(create('nobody'), { code: 'invalid' })
    deepEqual(
      (await signon.single.apiTokens.list(id)).map(({ ownerEmail }) => ownerEmail),
      ['ops@example.gov.uk', null, null],
    )
  })

  it('leaves others good, and grants signin once', async () => {
    const { email, uid } = await machine('Twice')
    const tokens = await Promise.all(
      [1, 2].map((days) =>
        createApiToken(signon, operator, { email, applicationName: 'Publishing API', days }),
      ),
    )
    deepEqual(await Promise.all(tokens.map(({ text }) => isGood(text))), [true, true])
    deepEqual(
      (await test.events(uid)).filter((number) => number === 35),
      [35],
    )
  })

  it('is not for people, suspended machines, retired applications, or odd lifetimes', async () => {
    const person = await test.user('Ben')
    const idle = await machine('Idle')
    const { id } = await test.application('Old')
    await signon.single.applications.retire(id)
    const create = (email: string, applicationName = 'Publishing API', days = 1) =>
      createApiToken(signon, operator, { email, applicationName, days })

    await rejects(create(person.email), { code: 'conflict', message: /person/ })
    await rejects(create(idle.email, 'Old'), { code: 'conflict', message: /retired/ })
    await rejects(create(idle.email, 'Nowhere'), { code: 'not-found' })
    for (const days of [0, -1, 1.5, 3651, Number.NaN])
      await rejects(create(idle.email, undefined, days), { code: 'invalid' })
    await signon.single.users.suspend(idle.id, 'not needed')
    await rejects(create(idle.email), { code: 'conflict', message: /suspended/ })
    deepEqual(await test.events(idle.uid), [27])
    equal((await signon.single.apiTokens.list(idle.id)).length, 0)
  })

  it('is refused to people', async () => {
    const { email } = await machine('Coveted')
    const input = { email, applicationName: 'Publishing API' }
    await rejects(createApiToken(signon, nobody, input), { code: 'forbidden' })
    await rejects(listApiTokens(signon, nobody), { code: 'forbidden' })
    await rejects(revokeApiToken(signon, nobody, 1 as ApiTokenId), { code: 'forbidden' })
  })
})

describe('revoking an API token', () => {
  it('ends it at once, keeps what its owner holds, and is recorded once', async () => {
    const { email, id: owner, uid } = await machine('Revoked')
    const { id, text } = await createApiToken(signon, operator, { email, applicationName: 'Publishing API' })
    deepEqual((await revokeApiToken(signon, operator, id)).revokedAt, clock.now())
    equal(await isGood(text), false)
    deepEqual(await signon.single.grants.heldByApplication(owner), { 'Publishing API': ['signin'] })
    await rejects(revokeApiToken(signon, operator, id), { code: 'conflict' })
    deepEqual(
      (await test.events(uid)).filter((number) => number === 30),
      [30],
    )
  })

  it('knows only tokens that exist', async () => {
    await rejects(revokeApiToken(signon, operator, 99_999 as ApiTokenId), { code: 'not-found' })
  })
})
