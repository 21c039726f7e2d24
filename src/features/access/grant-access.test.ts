import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { giveAndTake } from '#store/permission-change.ts'
import { testClient } from '#test/client.ts'
import { operator, startSignon } from '#test/signon.ts'
import { grantAccess } from './grant-access.ts'

const test = await startSignon()
const { signon } = test

const whitehall = await test.application('Whitehall', { permissions: ['editor', 'Managing Editor'] })

const granted = (uid: string) =>
  test.rows<{ number: number; note: string }>('select number, note from events where about_uid = $1', [uid])

describe('granting access', () => {
  it('gives signin and the permissions named, in one event, and tells the application', async () => {
    const ada = await test.user('Ada')
    const before = await test.jobs()
    const change = await grantAccess(signon, operator, {
      email: 'ADA@example.gov.uk',
      applicationName: 'whitehall',
      permissions: ['MANAGING editor', 'editor'],
    })
    deepEqual(change.changed, ['signin', 'editor', 'Managing Editor'])
    deepEqual(await signon.single.grants.held(ada.id, whitehall.id), ['editor', 'Managing Editor', 'signin'])
    deepEqual(await granted(ada.uid), [{ number: 35, note: '(editor, Managing Editor, signin)' }])
    deepEqual((await test.jobs()).slice(before.length), ['announce-user'])
  })

  it('twice is harmless, and recorded once, even at the same moment', async () => {
    const ben = await test.user('Ben')
    const input = { email: ben.email, applicationName: 'Whitehall', permissions: [] }
    await Promise.all([1, 2, 3, 4].map(() => grantAccess(signon, operator, input)))
    deepEqual((await grantAccess(signon, operator, input)).changed, [])
    deepEqual(await granted(ben.uid), [{ number: 35, note: '(signin)' }])
  })

  it('records only what was not there', async () => {
    const cleo = await test.user('Cleo', { uses: [whitehall] })
    await grantAccess(signon, operator, {
      email: cleo.email,
      applicationName: 'Whitehall',
      permissions: ['editor'],
    })
    deepEqual(await granted(cleo.uid), [{ number: 35, note: '(editor)' }])
  })

  it('CC-44 brings no token back, not even one issued in the moment of the removal', async () => {
    const { email } = await test.user('Fred', { uses: [whitehall] })
    const browser = test.browser()
    await browser.signIn(email)
    const client = testClient(test.url, whitehall)
    const input = { email, applicationName: 'Whitehall', permissions: [] }
    const signin = await signon.single.grants.findPermission(whitehall.id, 'signin')
    const { body } = await signon.transaction(async (work) => {
      const user = await work.users.lockNamed({ email })
      const [permission] = await work.grants.lockPermissions(whitehall.id, [signin])
      ok(permission)
      await giveAndTake(work, operator, user, whitehall.id, { add: [], remove: [permission] })
      // The removal is not over, so that everybody else still sees the grant.
      return client.exchange(await client.codeFor(browser))
    })
    const token = String(body['access_token'])
    equal((await client.userInfo(token)).status, 401)
    await grantAccess(signon, operator, input)
    equal((await client.userInfo(token)).status, 401)
    equal((await client.refresh(String(body['refresh_token']))).body['error'], 'invalid_grant')
  })

  it('changes nothing in a rehearsal', async () => {
    const dan = await test.user('Dan')
    const input = {
      email: dan.email,
      applicationName: 'Whitehall',
      permissions: ['editor'],
      isRehearsal: true,
    }
    const change = await grantAccess(signon, operator, input)
    deepEqual(
      [change.changed, change.held],
      [
        ['signin', 'editor'],
        ['signin', 'editor'],
      ],
    )
    deepEqual([await signon.single.grants.held(dan.id, whitehall.id), await granted(dan.uid)], [[], []])
  })

  it('never gives what Signon keeps for itself, and then gives nothing at all', async () => {
    const eve = await test.user('Eve')
    await test.application('Publisher', { permissions: ['writer', 'user_update_permission'] })
    await test.rows(
      `update permissions set is_grantable_from_ui = false where name = 'user_update_permission'`,
    )
    const input = {
      email: eve.email,
      applicationName: 'Publisher',
      permissions: ['writer', 'user_update_permission'],
    }
    await rejects(grantAccess(signon, operator, input), {
      code: 'forbidden',
      message: /user_update_permission/,
    })
    deepEqual([await signon.single.grants.heldByApplication(eve.id), await granted(eve.uid)], [{}, []])
  })

  it('refuses retired and unknown applications, unknown permissions and strangers', async () => {
    const fay = await test.user('Fay')
    const old = await test.application('Old')
    await signon.single.applications.retire(old.id)
    const grant = (email: string, applicationName: string, ...permissions: string[]) =>
      grantAccess(signon, operator, { email, applicationName, permissions })
    await rejects(grant(fay.email, 'Old'), { code: 'conflict' })
    await rejects(grant(fay.email, 'Nowhere'), { code: 'not-found' })
    await rejects(grant('nobody@example.gov.uk', 'Whitehall'), { code: 'not-found' })
    await rejects(grant(fay.email, 'Whitehall', 'editor', 'editr', 'x'), {
      code: 'not-found',
      message: /editr, x/,
    })
    deepEqual(await granted(fay.uid), [])
  })

  it('is done by people as far as the policy lets them, each permission asked for', async () => {
    const organisationId = await test.organisation('Parks')
    const ada = await test.user('Max', { role: 'organisation_admin', organisationId, uses: [whitehall] })
    const ben = await test.user('Hal', { organisationId })
    const actor = { kind: 'person', userId: ada.id } as const
    const input = { email: ben.email, applicationName: 'Whitehall', permissions: [] }
    await rejects(grantAccess(signon, actor, { ...input, permissions: ['editor'] }), { code: 'forbidden' })
    deepEqual(await granted(ben.uid), [])
    deepEqual((await grantAccess(signon, actor, input)).changed, ['signin'])
    await rejects(grantAccess(signon, actor, { ...input, email: ada.email }), { code: 'forbidden' })
  })

  it('is refused to people who look after nobody', async () => {
    const gus = await test.user('Gus')
    const input = { email: gus.email, applicationName: 'Whitehall', permissions: [] }
    await rejects(grantAccess(signon, { kind: 'person', userId: gus.id }, input), { code: 'forbidden' })
    equal((await signon.single.grants.held(gus.id, whitehall.id)).length, 0)
  })
})
