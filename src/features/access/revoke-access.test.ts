import { deepEqual, equal, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testClient } from '#test/client.ts'
import type { TestApplication } from '#test/people.ts'
import { operator, startSignon } from '#test/signon.ts'
import { revokeAccess } from './revoke-access.ts'

const test = await startSignon()
const { signon } = test

const whitehall = await test.application('Whitehall', { permissions: ['editor', 'writer'] })
const travel = await test.application('Travel')

const tokenOf = async (email: string, application: TestApplication): Promise<string> => {
  const browser = test.browser()
  await browser.signIn(email)
  const client = testClient(test.url, application)
  return String((await client.exchange(await client.codeFor(browser))).body['access_token'])
}

const isGood = async (token: string, application: TestApplication): Promise<boolean> =>
  (await testClient(test.url, application).userInfo(token)).status === 200

const notes = async (uid: string): Promise<readonly string[]> =>
  (
    await test.rows<{ note: string }>('select note from events where about_uid = $1 and number = 36', [uid])
  ).map(({ note }) => note)

describe('removing access', () => {
  it('takes the permissions named and no other, and tells the application', async () => {
    const ada = await test.user('Ada', { uses: [whitehall] })
    await test.grant(ada, whitehall, 'editor', 'writer')
    const token = await tokenOf(ada.email, whitehall)
    const before = await test.jobs()
    const input = { email: ada.email, applicationName: 'Whitehall', permissions: ['Editor'] }
    const change = await revokeAccess(signon, operator, input)
    deepEqual([change.changed, change.held], [['editor'], ['signin', 'writer']])
    deepEqual(await notes(ada.uid), ['(editor)'])
    deepEqual((await test.jobs()).slice(before.length), ['announce-user'])
    equal(await isGood(token, whitehall), true)
  })

  it('takes everything with signin, ends the tokens for that application, and spares the others', async () => {
    const ben = await test.user('Ben', { uses: [whitehall, travel] })
    await test.grant(ben, whitehall, 'editor')
    const [mine, other] = [await tokenOf(ben.email, whitehall), await tokenOf(ben.email, travel)]
    const input = { email: ben.email, applicationName: 'Whitehall', permissions: [] }
    deepEqual((await revokeAccess(signon, operator, input)).changed, ['signin', 'editor'])
    deepEqual(await signon.single.grants.heldByApplication(ben.id), { Travel: ['signin'] })
    deepEqual(await notes(ben.uid), ['(editor, signin)'])

    await test.grant(ben, whitehall, 'signin')
    deepEqual([await isGood(mine, whitehall), await isGood(other, travel)], [false, true])
  })

  it('of signin by name is the same as of all', async () => {
    const cleo = await test.user('Cleo', { uses: [whitehall] })
    await test.grant(cleo, whitehall, 'writer')
    const input = { email: cleo.email, applicationName: 'Whitehall', permissions: ['signin'] }
    deepEqual((await revokeAccess(signon, operator, input)).changed, ['signin', 'writer'])
  })

  it('ends the tokens of a machine, too', async () => {
    const robot = await test.machine('Robot', whitehall)
    const input = { email: robot.user.email, applicationName: 'Whitehall', permissions: [] }
    await revokeAccess(signon, operator, input)
    await test.grant(robot.user, whitehall, 'signin')
    equal(await isGood(robot.token, whitehall), false)
    deepEqual(await test.events(robot.user.uid), [36, 30])
  })

  it('takes of a person what the administrator may take, and refuses what they name beside that', async () => {
    const organisationId = await test.organisation('Parks')
    const max = await test.user('Max', { role: 'organisation_admin', organisationId, uses: [whitehall] })
    const hal = await test.user('Hal', { organisationId, uses: [whitehall] })
    await test.grant(hal, whitehall, 'writer')
    const actor = { kind: 'person', userId: max.id } as const
    const input = { email: hal.email, applicationName: 'Whitehall', permissions: [] }
    await rejects(revokeAccess(signon, actor, { ...input, permissions: ['writer'] }), { code: 'forbidden' })
    deepEqual(await test.events(hal.uid), [])
    const { changed, held } = await revokeAccess(signon, actor, input)
    deepEqual([changed, held], [['signin'], ['writer']])
  })

  it('of what is not held is harmless, and not recorded', async () => {
    const dan = await test.user('Dan')
    const input = { email: dan.email, applicationName: 'Whitehall', permissions: [] }
    deepEqual((await revokeAccess(signon, operator, input)).changed, [])
    deepEqual(await test.events(dan.uid), [])
  })

  it('changes nothing in a rehearsal', async () => {
    const eve = await test.user('Eve', { uses: [whitehall] })
    const input = { email: eve.email, applicationName: 'Whitehall', permissions: [], isRehearsal: true }
    deepEqual((await revokeAccess(signon, operator, input)).changed, ['signin'])
    deepEqual(await signon.single.grants.heldByApplication(eve.id), { Whitehall: ['signin'] })
  })

  it('knows only what exists, and is refused to people', async () => {
    const fay = await test.user('Fay', { uses: [whitehall] })
    const input = { email: fay.email, applicationName: 'Whitehall', permissions: ['editr'] }
    await rejects(revokeAccess(signon, operator, input), { code: 'not-found' })
    await rejects(revokeAccess(signon, { kind: 'person' }, { ...input, permissions: [] }), {
      code: 'forbidden',
    })
    deepEqual(await signon.single.grants.held(fay.id, whitehall.id), ['signin'])
  })
})
