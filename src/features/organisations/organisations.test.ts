import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Role, roles } from '#domain/user.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()

const signedInAs = async (role: Role, name = `Reader ${role}`) => {
  const organisationId = await test.organisation(`Home of ${name}`)
  return test.signedIn(await test.user(name, { role, organisationId, twoStep: true }))
}
const superadmin = await signedInAs('superadmin')

/** The organisations of a page, in its order. */
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/data-heading="Name"[^>]*>\s*<a[^>]*>([^<]*)</g)].map(([, name = '']) => name)
const nextIn = (text: string): string =>
  /<div class="govuk-pagination__next">\s*<a[^>]*href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ??
  ''

// reference/admin-ui.md 13 (21): it is searched, and read page by page.
describe('the list of organisations', () => {
  it('is for superadmins and admins', async () => {
    for (const role of roles) {
      const { status } = await (await signedInAs(role, `Lister ${role}`)).get('/organisations')
      equal(status, role === 'superadmin' || role === 'admin' ? 200 : 403, role)
    }
    match((await test.browser().get('/organisations')).location, /sign_in/)
  })

  it('shows each with abbreviation, type, slug, all parents and whether it requires 2-step verification', async () => {
    const [one, other] = [await test.organisation('Zeta above'), await test.organisation('Alpha above')]
    const id = await test.organisation('Ministry of Silence', {
      parents: [one, other],
      requiresTwoStep: true,
    })
    await test.rows(
      `update organisations set abbreviation = 'MoS', format = 'Ministerial department' where id = $1`,
      [id],
    )
    const { text } = await superadmin.get('/organisations?filter=silence')
    deepEqual(namesIn(text), ['Ministry of Silence - MoS'])
    match(text, new RegExp(`href="/organisations/${id}"`))
    match(text, /Ministerial department/)
    match(text, /ministry-of-silence/)
    match(
      text,
      new RegExp(
        `href="/organisations/${other}">Alpha above</a>, <a[^>]+href="/organisations/${one}">Zeta above<`,
      ),
    )
    match(text, /govuk-tag--green">\s*Yes/)
    match((await superadmin.get('/organisations?filter=Zeta+above')).text, /No parent/)
  })

  it('keeps closed ones apart, and searches in both', async () => {
    await test.organisation('Board of Yesterday', { isClosed: true })
    await test.organisation('Board of Today')
    const open = await superadmin.get('/organisations?filter=board+of')
    deepEqual(namesIn(open.text), ['Board of Today'])
    match(open.text, /Active organisations \(1\)/)
    match(open.text, /href="\/organisations\?closed=true&amp;filter=board\+of">Closed organisations \(1\)/)
    const closed = await superadmin.get('/organisations?closed=true&filter=board+of')
    deepEqual(namesIn(closed.text), ['Board of Yesterday'])
  })

  it('says above them, and above nothing, which of both it shows', async () => {
    await test.organisation('Guild of Yesterday', { isClosed: true })
    await test.organisation('Guild of Today')
    for (const [query, words] of [
      ['', 'Active organisations'],
      ['closed=true&', 'Closed organisations'],
    ] as const) {
      const found = await superadmin.get(`/organisations?${query}filter=guild`)
      match(found.text, new RegExp(`<caption class="[^"]*govuk-table__caption--m">\\s*${words}\\s*<`))
      const empty = await superadmin.get(`/organisations?${query}filter=nothing+of+the+kind`)
      match(empty.text, new RegExp(`<h2[^>]*>${words}</h2>(.|\n)*No organisation fits`))
    }
  })

  it('finds by name, abbreviation or slug, and takes what was typed literally', async () => {
    await test.organisation('Percent % and _ House')
    await test.rows(
      `update organisations set slug = 'pc-house', abbreviation = 'PAU' where name like 'Percent%'`,
    )
    for (const filter of ['PERCENT', 'pau', 'PC-HO', '%', '_ ho', '  percent  '])
      deepEqual(
        namesIn((await superadmin.get(`/organisations?${new URLSearchParams({ filter })}`)).text),
        ['Percent % and _ House - PAU'],
        filter,
      )
    deepEqual(namesIn((await superadmin.get('/organisations?filter=P_rcent')).text), [])
    match((await superadmin.get('/organisations?filter=nothing+of+the+kind')).text, /No organisation fits/)
    equal((await superadmin.get(`/organisations?filter=${'x'.repeat(3000)}`)).status, 200)
    equal((await superadmin.get('/organisations?filter=a&filter=b&after=0&after=x')).status, 200)
  })

  it('shows markup in names as text, also in what was searched for', async () => {
    const parent = await test.organisation('Parent <b>bold</b>')
    await test.organisation('Evil <script>alert(1)</script>', { parents: [parent] })
    const { text } = await superadmin.get('/organisations?filter=%3Cscript%3Ealert')
    doesNotMatch(text, /<script>alert|<b>bold/)
    match(text, /Evil &lt;script&gt;alert\(1\)&lt;\/script&gt;/)
    match(text, /value="&lt;script&gt;alert"/)
  })

  it('is read page by page, each once, while organisations come and go', async () => {
    for (let number = 0; number < 230; number += 1)
      await test.organisation(`Office ${String(number).padStart(3, '0')}`)
    const seen: string[] = []
    let address = '/organisations?filter=office'
    let pages = 0
    while (address !== '' && pages < 10) {
      const { text } = await superadmin.get(address)
      seen.push(...namesIn(text))
      address = nextIn(text)
      pages += 1
      await test.organisation(`Office 000 ${pages}`)
    }
    equal(pages, 3)
    deepEqual(
      seen,
      Array.from({ length: 230 }, (_, number) => `Office ${String(number).padStart(3, '0')}`),
    )
  })
})

describe('the page of an organisation', () => {
  it('is for superadmins and admins, and of no organisation that there is not', async () => {
    const id = await test.organisation('Guarded')
    for (const role of roles) {
      const browser = await signedInAs(role, `Looker ${role}`)
      const isAllowed = role === 'superadmin' || role === 'admin'
      equal((await browser.get(`/organisations/${id}`)).status, isAllowed ? 200 : 403, role)
      equal((await browser.get('/organisations/999999')).status, isAllowed ? 404 : 403, role)
    }
    for (const odd of ['0', '-1', 'x', '1e3', '01', '99999999999', '9223372036854775808', '%27'])
      equal((await superadmin.get(`/organisations/${odd}`)).status, 404, odd)
  })

  it('tells of it, of what is above and below it, and since when it requires 2-step verification', async () => {
    const above = await test.organisation('The one above')
    const id = await test.organisation('The one itself', { parents: [above], isClosed: true })
    const below = await test.organisation('The <i>one</i> below', { parents: [id] })
    const { text } = await superadmin.get(`/organisations/${id}`)
    match(text, /the-one-itself/)
    match(text, /Closed/)
    match(text, new RegExp(`href="/organisations/${above}">The one above<`))
    match(text, new RegExp(`href="/organisations/${below}">The &lt;i&gt;one&lt;/i&gt; below<`))
    match(text, new RegExp(`href="/users\\?organisations%5B%5D=${id}"`))
    match(text, new RegExp(`href="/organisations/${id}/edit"`))
  })

  it('shows people in the reader’s reach only, and the link to the requirement to superadmins only', async () => {
    const id = await test.organisation('Mixed')
    await test.user('Sally Super', { role: 'superadmin', organisationId: id })
    await test.user('Ann Admin', { role: 'admin', organisationId: id })
    await test.user('Norm <b>Al</b>', { organisationId: id, email: 'norm@example.gov.uk' })
    const admin = (await (await signedInAs('admin', 'Reader of mixed')).get(`/organisations/${id}`)).text
    doesNotMatch(admin, /Sally Super|sally\.super|<b>Al|\/edit"[^>]*>\s*Change/)
    match(admin, /2 people/)
    match(admin, /Ann Admin/)
    match(admin, /Norm &lt;b&gt;Al&lt;\/b&gt;/)
    const all = (await superadmin.get(`/organisations/${id}`)).text
    match(all, /3 people/)
    match(all, /Sally Super/)
  })

  it('reads its people page by page, by name, each once, while others join', async () => {
    const id = await test.organisation('Crowded')
    const names = Array.from({ length: 60 }, (_, number) => `Person ${String(number).padStart(2, '0')}`)
    for (const name of [...names].reverse()) await test.user(name, { organisationId: id })
    const seen: string[] = []
    let address = `/organisations/${id}`
    let pages = 0
    while (address !== '' && pages < 10) {
      const { text } = await superadmin.get(address)
      seen.push(...namesIn(text))
      address = nextIn(text)
      pages += 1
      await test.user(`Person 00 joins ${pages}`, { organisationId: id })
    }
    equal(pages, 3)
    deepEqual(seen, names)
    match((await superadmin.get(`/organisations/${id}?after=999999`)).text, /Nobody comes after those/)
  })
})
