import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Actor, EventName } from '#domain/events.ts'
import { type Role, roles, type User } from '#domain/user.ts'
import { day, hour } from '#kernel/clock.ts'
import type { TestBrowser } from '#test/browser.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon({ trustedProxies: ['127.0.0.1'] })
const { signon, clock } = test

const signedInAs = async (role: Role, name: string): Promise<TestBrowser> => {
  const organisationId = await test.organisation(`Home of ${name}`)
  return test.signedIn(await test.user(name, { role, organisationId, twoStep: true }))
}
const record = (name: EventName, about: User | null, note: string, actor: Actor) =>
  signon.transaction((work) => work.record({ name, about, note }, actor))
const notesIn = (text: string): string =>
  [...text.matchAll(/note-(\w+)/g)].map(([, letter = '']) => letter).join('')
const olderIn = (text: string): string =>
  /<div class="govuk-pagination__next">\s*<a[^>]*href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ??
  ''

describe('records', () => {
  it('are for superadmins, every page of them', async () => {
    for (const role of roles) {
      const browser = await signedInAs(role, `Reader ${role}`)
      for (const path of [
        '/records',
        '/records/events',
        '/records/unknown_sign_ins',
        '/records/failed_jobs',
        '/records/runs',
      ])
        equal((await browser.get(path)).status, role === 'superadmin' ? 200 : 403, `${role} ${path}`)
    }
    match((await test.browser().get('/records/events')).location, /sign_in/)
  })

  it('lead to each other', async () => {
    const { text } = await (await signedInAs('superadmin', 'Guided')).get('/records')
    for (const path of ['events', 'unknown_sign_ins', 'failed_jobs', 'runs'])
      match(text, new RegExp(`href="/records/${path}"`))
    match(text, /There are none\./)
  })
})

describe('who did what', () => {
  it('tells of everybody’s doings, and whose account it was about', async () => {
    const browser = await signedInAs('superadmin', 'Watcher')
    const ana = await test.user('Ana <b>Admin</b>', { email: 'ana@example.gov.uk' })
    const user = await test.user('Watched')
    const gone = await test.user('Gone')
    const { user: machine } = await test.machine('Robot', await test.application('Robotics'))
    await record('role-changed', user, 'note-p', { kind: 'person', userId: ana.id })
    await record('account-suspended', machine, '<script>alert(1)</script>', {
      kind: 'console',
      name: 'ops<i>',
    })
    await record('account-suspended-as-unused', gone, 'note-s', { kind: 'signon' })
    await record('authorization-revoked', user, 'note-a', { kind: 'application' })
    await test.rows('delete from users where id = $1', [gone.id])

    const { text } = await browser.get('/records/events')
    match(text, /<a class="govuk-link" href="\/users\?filter=ana%40example\.gov\.uk">Ana &lt;b&gt;Admin/)
    match(text, new RegExp(`<a class="govuk-link" href="/users/${user.id}/edit">Watched</a>`))
    match(text, new RegExp(`<a class="govuk-link" href="/api_users/${machine.id}/edit">Robot</a>`))
    match(text, /ops&lt;i&gt; \(command\)/)
    match(text, new RegExp(`an account that is gone: ${gone.uid}`))
    match(text, />\s*Signon\s*</)
    match(text, />\s*An application\s*</)
    doesNotMatch(text, /<script>alert|<b>Admin|ops<i>/)
    match(text, /<th[^>]*>\s*IP address\s*<\/th>/)
    equal(notesIn(text), 'asp')
  })

  it('is narrowed by who did it, what happened and when, alone and together', async () => {
    const browser = await signedInAs('superadmin', 'Narrower')
    const user = await test.user('Narrowed')
    const console: Actor = { kind: 'console', name: 'ops' }
    const signonItself: Actor = { kind: 'signon' }
    const person: Actor = { kind: 'person', userId: user.id }
    await test.rows('select make_event_months($1, 3)', [clock.now()])
    await record('account-suspended', user, 'note-1', console)
    await record('account-suspended', user, 'note-2', person)
    clock.step(2 * hour)
    await record('account-unsuspended', user, 'note-3', console)
    clock.step(20 * hour)
    const later = await signedInAs('superadmin', 'Later')
    await record('account-suspended', user, 'note-4', signonItself)
    await record('account-unsuspended', user, 'note-5', person)
    const today = '2026-11-03'
    const shown = async (query: string, by = later) => {
      const { status, text } = await by.get(`/records/events?${query}`)
      equal(status, 200, query)
      return notesIn(text).slice(0, 5)
    }
    equal(await shown(''), '54321')
    equal(await shown('actor=console'), '31')
    equal(await shown('actor=signon'), '4s')
    equal(await shown('actor=person'), '52p')
    equal(await shown('actor=application'), 'a')
    equal(await shown('event=2'), '421')
    equal(await shown('event=2&actor=console'), '1')
    equal(await shown('event=3&actor=person'), '5')
    equal(await shown('event=47&actor=signon'), '')
    equal(await shown(`from=${today}`), '54')
    equal(await shown(`from=${today}&event=3`), '5')
    equal(await shown(`to=2026-11-02&actor=console`), '31')
    equal(await shown('actor=nonsense&event=99999&event=2'), '54321')
    equal((await later.get('/records/events?from=2026-11-31')).status, 400)
    const mistaken = (await later.get('/records/events?from=2026-11-31&to=x')).text
    match(mistaken, /From must be a real date(.|\n)*To must be a real date/)
    doesNotMatch(mistaken, /note-|No activity/)
    equal((await browser.get('/records/events')).status, 302)
  })

  it('is read page by page, each event once, while others arrive, whatever the filter', async () => {
    const browser = await signedInAs('superadmin', 'Pager')
    const user = await test.user('Paged')
    const actor: Actor = { kind: 'console', name: 'pager' }
    for (let number = 0; number < 130; number += 1) {
      if (number % 9 === 0) clock.step(1)
      await record('account-unlocked', user, `note-${number}`, actor)
    }
    const expected = Array.from({ length: 130 }, (_, index) => String(129 - index))
    for (const query of ['', 'actor=console', 'event=5', 'event=5&actor=console']) {
      const seen: string[] = []
      let address = `/records/events?${query}`
      for (let pages = 0; address !== '' && pages < 4; pages += 1) {
        const { text } = await browser.get(address)
        seen.push(...[...text.matchAll(/note-(\d+)/g)].map(([, number = '']) => number))
        address = olderIn(text)
        await record('account-unlocked', user, 'arrived meanwhile', actor)
      }
      deepEqual(seen.slice(0, 130), expected, query)
    }
  })
})

// reference/admin-ui.md 13 (16).
describe('sign-in attempts on unknown accounts', () => {
  const attempt = async (email: string, address: string, userAgent = 'Firefox/1 Windows') => {
    const browser = test.browser()
    const { text } = await browser.get('/users/sign_in')
    const [, token = ''] = /name="csrf_token" value="([^"]+)"/.exec(text) ?? []
    const body = new URLSearchParams({ csrf_token: token, 'user[email]': email, 'user[password]': 'wrong' })
    await browser.send('/users/sign_in', {
      method: 'POST',
      body,
      headers: { 'x-forwarded-for': address, 'user-agent': userAgent },
    })
  }
  const codesIn = (text: string) => [...text.matchAll(/<code>([^<]*)<\/code>/g)].map(([, code]) => code)
  const sourcesIn = (text: string) =>
    [
      ...text.matchAll(
        /data-heading="IP address">([^<]*)<\/td>\s*<td[^>]*data-heading="Attempts">([^<]*)<\/td>\s*<td[^>]*>([^<]*)</g,
      ),
    ].map(([, address, attempts, tried]) => [address, attempts, tried])

  it('EL-Q2; admin-ui 13, observation 16: shows when, from where and with what they were made, so that repeats are seen, and never what was typed', async () => {
    await attempt('old@example.gov.uk', '198.51.100.9')
    clock.step(day + hour)
    await attempt('Ghost@example.gov.uk', '192.0.2.1')
    clock.step(1000)
    await attempt('ghost@example.gov.uk', '192.0.2.1')
    clock.step(1000)
    await attempt('hunter2-is-my-password', '192.0.2.1', '<script>alert(1)</script>')
    clock.step(1000)
    await attempt('other@example.gov.uk', '2001:db8::1')

    const { text } = await (await signedInAs('superadmin', 'Guard')).get('/records/unknown_sign_ins')
    const codes = codesIn(text)
    equal(codes.length, 5)
    equal(codes[2], codes[3])
    equal(new Set(codes).size, 4)
    for (const code of codes) match(code ?? '', /^[0-9a-f]{8}$/)
    doesNotMatch(text, /ghost|hunter2|other@|old@|<script>alert/i)
    match(text, /2001:db8::1/)
    match(text, /Firefox on Windows/)
    deepEqual(sourcesIn(text), [
      ['192.0.2.1', '3', '2'],
      ['2001:db8::1', '1', '1'],
    ])
  })

  it('is read page by page, newest first', async () => {
    clock.step(day * 2)
    const before = (await test.rows('select from events where number = 38')).length
    for (let number = 0; number < 60; number += 1)
      await record('unknown-sign-in', null, `address ${String(number).padStart(32, '0')}`, { kind: 'person' })
    const browser = await signedInAs('superadmin', 'Second guard')
    const first = await browser.get('/records/unknown_sign_ins')
    equal(codesIn(first.text).length, 50)
    const second = await browser.get(olderIn(first.text))
    equal(codesIn(second.text).length, 10 + before)
    doesNotMatch(second.text, /last 24 hours/)
    match(second.text, /Newest attempts/)
    equal((await browser.get('/records/unknown_sign_ins?before=nonsense')).status, 400)
  })

  it('shows nothing of a note that is not a code', async () => {
    await record('unknown-sign-in', null, 'typed secret', { kind: 'person' })
    const { text } = await (await signedInAs('superadmin', 'Third guard')).get('/records/unknown_sign_ins')
    doesNotMatch(text, /typed secret/)
  })
})
