import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { invitationThrottle } from '#domain/throttle.ts'
import { day, minute } from '#kernel/clock.ts'
import { operator, startSignon } from '#test/signon.ts'
import { inviteUser } from './invite-user.ts'

const logLines: string[] = []
const test = await startSignon({ logLines })
const { signon, clock, rows } = test
const password = 'a wholly new password'
const accept = '/users/invitation/accept'
const remove = '/users/invitation/remove'

/** Somebody invited, and the token of their link, as the mail brought it. */
const invite = async (email: string) => {
  const invited = await inviteUser(signon, operator, { name: 'Ivy Reed', email, role: 'normal' })
  const letters = await test.mails()
  const text = letters.find(({ to }) => to === email)?.text ?? ''
  const token = /accept\?invitation_token=(?<token>\S+)/.exec(text)?.groups?.['token'] ?? ''
  return { ...invited, token }
}

const at = (path: string, token: string): string => `${path}?invitation_token=${token}`
const fields = (token: string, typed = password, again = typed) => ({
  'user[invitation_token]': token,
  'user[password]': typed,
  'user[password_confirmation]': again,
})
const post = (path: string, token: string, typed?: string, again?: string) =>
  test.browser().post(path, fields(token, typed, again), '/users/sign_in')
const stateOf = async (id: number) =>
  (
    await rows<{ has_password: boolean; accepted: Date | null }>(
      'select password_hash is not null as has_password, invitation_accepted_at as accepted from users where id = $1',
      [id],
    )
  )[0]
const isRefused = async (page: Promise<{ location: string; headers: Headers }>): Promise<void> => {
  const { location, headers } = await page
  equal(location, '/users/sign_in')
  match(headers.get('set-cookie') ?? '', /flash=invitation-dead/)
}

describe('the link of an invitation', () => {
  it('leads to the page that sets a password; then the person signs in by themselves', async () => {
    const { id, uid, email, token } = await invite('ivy@example.gov.uk')
    const browser = test.browser()
    const page = await browser.get(at(accept, token))
    deepEqual([page.status, page.headers.get('referrer-policy')], [200, 'no-referrer'])
    match(page.text, /<h1[^>]*>Set your password<\/h1>(.|\n)*ivy@example\.gov\.uk/)

    const typed = { 'user[password]': password, 'user[password_confirmation]': password }
    const done = await browser.post(accept, typed, at(accept, token))
    deepEqual([done.status, done.location], [302, '/users/sign_in'])
    equal(browser.sessionCookie, undefined)
    match((await browser.get('/users/sign_in')).text, /Your password was set successfully\./)
    deepEqual(await stateOf(id), { has_password: true, accepted: clock.now() })
    equal((await browser.signIn(email, password)).location, '/')
    deepEqual(await test.events(uid), [37, 64, 11])
  })

  it('changes nothing when it is looked at, however often and however', async () => {
    const { id, uid, token } = await invite('looked@example.gov.uk')
    for (const path of [accept, remove])
      for (const method of ['GET', 'HEAD', 'GET'])
        equal((await test.browser().send(at(path, token), { method })).status, 200)
    deepEqual(await stateOf(id), { has_password: false, accepted: null })
    deepEqual(await test.events(uid), [37])
  })

  it('sets a password once, whoever tries again or at the same moment', async () => {
    const { id, uid, email, token } = await invite('once@example.gov.uk')
    const tries = await Promise.all([...'abcd'].map((letter) => post(accept, token, `${password} ${letter}`)))
    const flashes = tries.map(({ headers }) => /flash=([\w-]+)/.exec(headers.get('set-cookie') ?? '')?.[1])
    deepEqual(flashes.sort(), ['invitation-dead', 'invitation-dead', 'invitation-dead', 'password-set'])
    await isRefused(post(accept, token, 'another password altogether'))
    await isRefused(test.browser().get(at(accept, token)))
    await isRefused(test.browser().get(at(remove, token)))
    equal((await stateOf(id))?.has_password, true)
    equal((await test.browser().signIn(email, 'another password altogether')).status, 200)
    deepEqual((await test.events(uid)).slice(0, 2), [37, 64])
  })

  it('survives a password that is refused, and the page says what is wrong', async () => {
    const { id, token } = await invite('weak@example.gov.uk')
    const short = await post(accept, token, 'short')
    equal(short.status, 200)
    match(short.text, /<title>\s*Error: Set your password/)
    match(short.text, /There was a problem setting your password(.|\n)*href="#password"/)
    match((await post(accept, token, password, 'something else')).text, /doesn’t match/)
    equal((await post(accept, token, '')).status, 200)
    deepEqual(await stateOf(id), { has_password: false, accepted: null })
    equal((await post(accept, token)).location, '/users/sign_in')
    equal((await stateOf(id))?.has_password, true)
  })

  it('is good for two weeks, and no instant longer', async () => {
    const { id, token } = await invite('late@example.gov.uk')
    clock.step(14 * day - 1)
    equal((await test.browser().get(at(accept, token))).status, 200)
    clock.step(1)
    await isRefused(test.browser().get(at(accept, token)))
    await isRefused(post(accept, token))
    await isRefused(post(remove, token))
    deepEqual(await stateOf(id), { has_password: false, accepted: null })
  })

  it('is no use when it is made up, missing, repeated, or a link for something else', async () => {
    const { id } = await invite('other@example.gov.uk')
    const reset = await signon.single.accountTokens.issue(id, 'password-reset')
    for (const token of ['', 'x'.repeat(43), '%00', reset, 'a&invitation_token=b']) {
      const page = await test.browser().get(at(accept, token))
      equal(token === '%00' ? page.status : page.location, token === '%00' ? 400 : '/users/sign_in', token)
    }
    await isRefused(post(accept, reset))
    await isRefused(post(remove, reset))
    const browser = test.browser()
    await browser.get(accept)
    match(
      (await browser.get('/users/sign_in')).text,
      /The invitation token provided is not valid!(.|\n)*Ask whoever invited you/,
    )
    equal((await stateOf(id))?.has_password, false)
  })

  it('is no use to the suspended, and good again when that is over', async () => {
    const { id, token } = await invite('suspended@example.gov.uk')
    await signon.single.users.suspend(id, 'by mistake')
    await isRefused(test.browser().get(at(accept, token)))
    await isRefused(post(accept, token))
    await isRefused(post(remove, token))
    deepEqual(await stateOf(id), { has_password: false, accepted: null })
    await signon.single.users.unsuspend(id)
    equal((await post(accept, token)).location, '/users/sign_in')
    equal((await stateOf(id))?.has_password, true)
  })

  it('takes somebody who is signed in to the dashboard, and does nothing', async () => {
    const { id, token } = await invite('both@example.gov.uk')
    const grace = await test.user('Grace')
    const browser = test.browser()
    await browser.signIn(grace.email)
    for (const path of [accept, remove]) {
      equal((await browser.get(at(path, token))).location, '/')
      equal((await browser.post(path, fields(token), '/')).location, '/')
    }
    deepEqual(await stateOf(id), { has_password: false, accepted: null })
  })

  it('sets nothing but the password, whatever else is sent', async () => {
    const { id, token } = await invite('greedy@example.gov.uk')
    const extra = { 'user[role]': 'superadmin', 'user[email]': 'x@example.gov.uk', 'user[name]': 'X' }
    await test.browser().post(accept, { ...fields(token), ...extra }, '/users/sign_in')
    const user = await signon.single.users.seek(id)
    deepEqual([user?.role, user?.email, user?.name], ['normal', 'greedy@example.gov.uk', 'Ivy Reed'])
  })

  it('is never written into the log of requests', async () => {
    const { token } = await invite('logged@example.gov.uk')
    await test.browser().get(at(accept, token))
    await post(accept, token)
    doesNotMatch(logLines.join('\n'), new RegExp(token))
  })
})

describe('declining an invitation', () => {
  it('observation 8: asks first, and deletes the account when that is sent', async () => {
    const { id, uid, email, token } = await invite('no@example.gov.uk')
    const browser = test.browser()
    const page = await browser.get(at(remove, token))
    equal(page.headers.get('referrer-policy'), 'no-referrer')
    match(page.text, /no@example\.gov\.uk/)
    equal((await browser.post(remove, {}, at(remove, token))).location, '/users/sign_in')
    match((await browser.get('/users/sign_in')).text, /Your invitation was removed\./)
    equal(await signon.single.users.seek(id), undefined)
    const events = await rows('select number, note from events where about_uid = $1 order by id', [uid])
    deepEqual(events, [
      { number: 37, note: null },
      { number: 65, note: email },
    ])
  })

  it('works once, and not together with accepting', async () => {
    const { uid, token } = await invite('parallel@example.gov.uk')
    await Promise.all([post(remove, token), post(accept, token), post(remove, token), post(accept, token)])
    const outcomes = (await test.events(uid)).slice(1)
    equal(outcomes.length, 1)
    await isRefused(post(remove, token))
    await isRefused(post(accept, token))
    deepEqual((await test.events(uid)).slice(1), outcomes)
  })

  it('leaves the account of whoever has accepted', async () => {
    const { id, token } = await invite('kept@example.gov.uk')
    await post(accept, token)
    await isRefused(post(remove, token))
    equal((await signon.single.users.seek(id))?.email, 'kept@example.gov.uk')
  })
})

describe('somebody who has not accepted yet', () => {
  it('observation 21: learns no more than a stranger when they sign in', async () => {
    const { uid, email } = await invite('early@example.gov.uk')
    const known = await test.browser().signIn(email, password)
    const unknown = await test.browser().signIn('strange@example.gov.uk', password)
    const plain = (text: string): string => text.replaceAll(/(?:value|data-passkey-options)="[^"]*"/g, '')
    deepEqual([known.status, plain(known.text)], [unknown.status, plain(unknown.text)])
    deepEqual(await test.events(uid), [37, 12])
  })
})

describe('trying many links', () => {
  it('is slowed down for one network address, and never for those who succeed', async () => {
    clock.step(10 * minute)
    const browser = test.browser()
    await rows(
      `insert into throttles (name, caller, window_start, count) values ('invitation', '127.0.0.1', $1, $2)`,
      [
        new Date(clock.now().getTime() - (clock.now().getTime() % invitationThrottle.windowMilliseconds)),
        invitationThrottle.limit - 1,
      ],
    )
    const { token } = await invite('lucky@example.gov.uk')
    const { token: other } = await invite('other.lucky@example.gov.uk')
    equal((await post(accept, token)).status, 302)
    equal((await post(remove, other)).status, 302)
    await isRefused(post(accept, 'x'.repeat(43)))
    const refused = await browser.post(remove, fields('x'.repeat(43)), '/users/sign_in')
    deepEqual([refused.status, Number(refused.headers.get('retry-after')) > 0], [429, true])
  })
})
