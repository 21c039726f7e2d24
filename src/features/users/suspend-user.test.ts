import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testClient } from '#test/client.ts'
import { password } from '#test/people.ts'
import { operator, startSignon } from '#test/signon.ts'
import { untilSomebodyWaits } from '#test/waiting.ts'
import { suspendUser } from './suspend-user.ts'
import { unsuspendUser } from './unsuspend-user.ts'

const test = await startSignon()
const { signon } = test
const reason = 'left the department'

describe('suspending', () => {
  it('ends sessions, authorizations and sign-ins at once, and keeps what is held (EL-Q9)', async () => {
    const whitehall = await test.application('Whitehall')
    const ada = await test.user('Ada', { uses: [whitehall] })
    const browser = test.browser()
    await browser.signIn(ada.email)
    const client = testClient(test.url, whitehall)
    const { body } = await client.exchange(await client.codeFor(browser))
    equal((await client.userInfo(String(body['access_token']))).status, 200)

    const suspended = await suspendUser(signon, operator, { email: 'ADA@example.gov.uk', reason })
    deepEqual([suspended.status, suspended.suspensionReason], ['suspended', reason])
    equal((await browser.get('/')).status, 302)
    equal((await client.userInfo(String(body['access_token']))).status, 401)
    equal((await client.refresh(String(body['refresh_token']))).status, 400)
    deepEqual(await signon.single.grants.heldByApplication(ada.id), { Whitehall: ['signin'] })
    equal((await test.events(ada.uid)).includes(2), true)
  })

  it('observation 4 of accounts: forgets the browsers that were not asked for a code', async () => {
    const eve = await test.user('Eve', { twoStep: true })
    await signon.single.rememberedBrowsers.remember(eve.id, {})
    await suspendUser(signon, operator, { email: eve.email, reason })
    deepEqual(await test.rows('select from remembered_browsers where user_id = $1', [eve.id]), [])
  })

  it('says at the next click that they are signed out, and with their password why', async () => {
    const { email } = await test.user('Told')
    const browser = test.browser()
    await browser.signIn(email)
    await suspendUser(signon, operator, { email, reason })
    equal((await browser.get('/')).location, '/users/sign_in')
    match(
      (await browser.get('/users/sign_in')).text,
      /You have been signed out\. Sign in again to continue\./,
    )
    equal((await browser.get('/users/sign_in')).text.includes('You have been signed out'), false)
    match((await browser.signIn(email)).text, /Your account has been suspended/)
  })

  it('ends links to choose a password, and so does its end', async () => {
    const { id, email } = await test.user('Linked')
    const sent = await signon.single.accountTokens.issue(id, 'password-reset')
    await suspendUser(signon, operator, { email, reason })
    equal(await signon.single.accountTokens.seek('password-reset', sent), undefined)
    // As a job that began before the suspension would leave it.
    const late = await signon.single.accountTokens.issue(id, 'password-reset')
    await unsuspendUser(signon, operator, { email })
    equal(await signon.single.accountTokens.seek('password-reset', late), undefined)
  })

  it('tells the applications of the person', async () => {
    const before = await test.jobs()
    const grace = await test.user('Grace')
    await suspendUser(signon, operator, { email: grace.email, reason })
    deepEqual((await test.jobs()).slice(before.length), ['announce-user', 'send-mail'])
  })

  it('revokes the tokens of a machine, and records each', async () => {
    const robot = await test.machine('Robot', await test.application('Imports'))
    await suspendUser(signon, operator, { email: robot.user.email, reason })
    deepEqual(await test.events(robot.user.uid), [2, 30])

    await unsuspendUser(signon, operator, { email: robot.user.email })
    equal((await signon.single.apiTokens.find(robot.tokenId)).revokedAt === null, false)
  })

  it('needs a reason, somebody known, and somebody active', async () => {
    const ivy = await test.user('Ivy')
    await rejects(suspendUser(signon, operator, { email: ivy.email, reason: ' ' }), { code: 'invalid' })
    await rejects(suspendUser(signon, operator, { email: 'nobody@example.gov.uk', reason }), {
      code: 'not-found',
    })
    await suspendUser(signon, operator, { email: ivy.email, reason })
    await rejects(suspendUser(signon, operator, { email: ivy.email, reason: 'again' }), { code: 'conflict' })
    deepEqual(await test.events(ivy.uid), [2])
  })

  it('is refused to people', async () => {
    const joe = await test.user('Joe')
    await rejects(suspendUser(signon, { kind: 'person' }, { email: joe.email, reason }), {
      code: 'forbidden',
    })
  })

  it('leaves one superadmin active, even when all are suspended at the same moment', async () => {
    const names = ['Una', 'Dora', 'Tria', 'Quad']
    const all = await Promise.all(names.map((name) => test.user(name, { role: 'superadmin' })))
    const outcomes = await Promise.allSettled(
      all.map(({ email }) => suspendUser(signon, operator, { email, reason })),
    )
    deepEqual(outcomes.map(({ status }) => status).sort(), [
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
    ])
    const [refused] = outcomes.filter((outcome) => outcome.status === 'rejected')
    equal(refused?.reason.code, 'conflict')
    const active = await test.rows(`select from users where role = 'superadmin' and suspended_at is null`)
    equal(active.length, 1)
  })

  it('is done by one of two superadmins who suspend each other at once, and by the other not any more', async () => {
    const [una, dora] = [
      await test.user('Una the second', { role: 'superadmin' }),
      await test.user('Dora the second', { role: 'superadmin' }),
    ]
    await test.user('Third of them', { role: 'superadmin' })
    const outcomes = await Promise.allSettled([
      suspendUser(signon, { kind: 'person', userId: una.id }, { id: dora.id, kind: 'person', reason }),
      suspendUser(signon, { kind: 'person', userId: dora.id }, { id: una.id, kind: 'person', reason }),
    ])
    deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    const [refused] = outcomes.filter((outcome) => outcome.status === 'rejected')
    equal(refused?.reason.code, 'forbidden')
  })
})

describe('unsuspending', () => {
  it('makes somebody active, without their old password or an old session', async () => {
    const kim = await test.user('Kim')
    const browser = test.browser()
    await browser.signIn(kim.email)
    const session = browser.sessionCookie
    await suspendUser(signon, operator, { email: kim.email, reason })
    // As a sign-in that began before the suspension would leave it.
    await signon.transaction((work) => work.sessions.open(kim.id, 'full', {}))

    const active = await unsuspendUser(signon, operator, { email: kim.email })
    deepEqual([active.status, active.suspensionReason], ['active', null])
    equal(session === undefined, false)
    equal((await test.rows('select from sessions where user_id = $1', [kim.id])).length, 0)
    equal((await test.browser().signIn(kim.email)).status, 200)
    deepEqual((await test.events(kim.uid)).slice(0, 3), [11, 2, 3])
    const { usedHashes } = await signon.single.passwords.owner(kim.id)
    deepEqual(await Promise.all(usedHashes.map((hash) => signon.passwords.verify(hash, password))), [true])
  })

  it('is refused to somebody who is not suspended', async () => {
    const leo = await test.user('Leo')
    await rejects(unsuspendUser(signon, operator, { email: leo.email }), {
      code: 'conflict',
      message: /not suspended/,
    })
  })

  it('is refused to an administrator who was suspended while they waited for the account', async () => {
    const [boss, mia] = [await test.user('Boss', { role: 'superadmin' }), await test.user('Mia')]
    await suspendUser(signon, operator, { email: mia.email, reason })
    const { refused } = await signon.transaction(async (work) => {
      await work.users.lockById(mia.id)
      const actor = { kind: 'person', userId: boss.id } as const
      const refused = rejects(unsuspendUser(signon, actor, { email: mia.email }), { code: 'forbidden' })
      // They were found to be an administrator, and wait for us at the account.
      await untilSomebodyWaits(test)
      await work.users.suspend(boss.id, reason)
      return { refused }
    })
    await refused
  })
})
