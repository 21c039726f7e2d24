import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { startSignon } from './signon.ts'

const test = await startSignon()
const sue = await test.user('Sue', { role: 'superadmin', twoStep: true })
const superadmin = await test.signedIn(sue)

const upload = async (csv: string) => {
  const form = new FormData()
  const { text } = await superadmin.get('/batch_invitations/new')
  form.set('csrf_token', /name="csrf_token" value="([^"]+)"/.exec(text)?.[1] ?? '')
  form.set('batch_invitation[user_names_and_emails]', new File([csv], 'users.csv'))
  return superadmin.send('/batch_invitations', { method: 'POST', body: form })
}

// reference/admin-ui.md 12 and 13, event-log.md 7; the others are named in the tests of their slices.
describe('observations about administration', () => {
  it('admin-ui 12, case 5: an address of a suspension that somebody kept leads to its page', async () => {
    const { id } = await test.user('Kept')
    const answer = await superadmin.get(`/suspensions/${id}`)
    deepEqual([answer.status, answer.location], [302, `/suspensions/${id}/edit`])
    equal((await superadmin.get('/suspensions/x')).status, 404)
  })

  it('admin-ui 12, case 8: five permissions have a field that finds one of them, four have none', async () => {
    await test.application('Four', { permissions: ['a', 'b', 'c'] })
    await test.application('Five', { permissions: ['a', 'b', 'c', 'd'] })
    const { text } = await superadmin.get('/users/invitation/new')
    match(text, /data-filter-options="permissions for Five"/)
    doesNotMatch(text, /data-filter-options="permissions for Four"/)
  })

  it('admin-ui 12, case 10: what was wrong with one file is not said of the next', async () => {
    const bad = await upload('Name,Email\nNobody,nonsense')
    match(bad.text, /There is a problem[\s\S]*nonsense/)
    const good = await upload('Name,Email\nGrace,grace@example.gov.uk')
    equal(good.status, 303)
    doesNotMatch((await superadmin.get(good.location)).text, /There is a problem|nonsense/)
  })

  it('admin-ui 12, case 11; 13, observation 20: progress reloads no page, and is read out', async () => {
    const { location } = await upload('Name,Email\nAda,ada@example.gov.uk')
    const batch = location.match(/\d+/)?.[0] ?? ''
    const waiting = await superadmin.get(`/batch_invitations/${batch}`)
    doesNotMatch(waiting.text, /data-progress="running"/)
    await superadmin.post(
      `/batch_invitations/${batch}/permissions/new`,
      { organisation_id: '' },
      `/batch_invitations/${batch}/permissions/new`,
    )
    const running = await superadmin.get(`/batch_invitations/${batch}`)
    match(running.text, /aria-live="polite"[\s\S]*data-progress="running"/)
    match(running.text, />Refresh<\/a>/)
    doesNotMatch(running.text, /http-equiv="refresh"/i)
  })

  it('admin-ui 12, case 21: applications that nobody can open are not on the dashboard', async () => {
    const open = await test.application('Open', { homeUri: 'https://open.example' })
    const homeless = await test.application('Homeless')
    const machines = await test.application('Machines', { isApiOnly: true, homeUri: 'https://m.example' })
    const old = await test.application('Old', { homeUri: 'https://old.example' })
    const user = await test.user('Dash', { uses: [open, homeless, machines, old] })
    await test.rows('update applications set retired_at = $1 where id = $2', [test.clock.now(), old.id])
    const { text } = await (await test.signedIn(user)).get('/')
    match(text, /https:\/\/open\.example/)
    doesNotMatch(text, /Homeless|Machines|old\.example/)
  })

  it('admin-ui 13, observation 14: Cancel leads back to the person, from everything that is done to one', async () => {
    const ben: User = await test.user('Ben', { twoStep: true })
    const pages = [
      ...['name', 'email', 'role', 'organisation', 'two_step_verification_reset'].map(
        (page) => `/users/${ben.id}/${page}/edit`,
      ),
      `/suspensions/${ben.id}/edit`,
    ]
    for (const path of pages) {
      const { status, text } = await superadmin.get(path)
      equal(status, 200, path)
      match(text, new RegExp(`href="/users/${ben.id}/edit">Cancel<`), path)
    }
  })

  it('EL-Q10: a lock is recorded by its cause, whatever was typed wrong before', async () => {
    const cat = await test.user('Cat', { twoStep: true })
    await test.rows('update sign_in_states set second_factor_attempts = 12 where user_id = $1', [cat.id])
    for (let time = 0; time < 6; time += 1) await test.browser().signIn(cat.email, 'wrong')
    const events = await test.events(cat.uid)
    ok(events.includes(1))
    ok(!events.includes(23))
  })

  it('EL-Q13: signing out, and being let in nowhere, leave a trace', async () => {
    const dan = await test.user('Dan')
    const whitehall = await test.application('Whitehall')
    const browser = await test.signedIn(dan)
    const address = new URLSearchParams({
      response_type: 'code',
      client_id: whitehall.clientId,
      redirect_uri: whitehall.redirectUri,
    })
    equal((await browser.get(`/oauth/authorize?${address}`)).location, '/signin-required')
    await browser.post('/users/sign_out', {}, '/')
    deepEqual(await test.events(dan.uid), [50, 49])
  })
})
