import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ada, newHouse, pusher } from './test-house.ts'

describe('The pages of Demo Publisher', () => {
  it('take a document from nothing to published', async (test) => {
    const person = (await newHouse(test)).browser()
    const form = await person.visit('/documents/new')
    const sent = await person.send(form, '/documents', { title: 'Bees & <wasps>', body: 'One\r\n\r\nTwo' })
    deepEqual([sent.status, sent.location], [303, '/documents/5'])

    const draft = await person.get('/documents/5')
    match(draft.text, /<title>Bees &amp; &lt;wasps&gt; - Demo Publisher - GOV\.UK<\/title>/)
    match(draft.text, /Document created/)
    match(draft.text, /<p class="[^"]+">One<\/p>\s*<p class="[^"]+">Two<\/p>/)

    equal((await person.send(draft, '/documents/5/publish', {})).status, 303)
    const published = await person.get('/documents/5')
    match(published.text, /Published\s*<\/strong>/)
    ok(!published.text.includes('/documents/5/publish'))
    ok(!(await person.get('/documents/5')).text.includes('Document published'), 'told once')

    const edited = await person.get('/documents/5/edit')
    await person.send(edited, '/documents/5', { title: 'Bees', body: '' })
    match((await person.get('/documents/5')).text, /Draft\s*<\/strong>/)
  })

  it('say what is wrong with a form, and keep what was typed', async (test) => {
    const person = (await newHouse(test)).browser()
    const form = await person.visit('/documents/new')
    const faulty = await person.send(form, '/documents', { title: '  ', body: 'Typed with care' })
    equal(faulty.status, 422)
    match(faulty.text, /<title>Error: Create a document - Demo Publisher - GOV\.UK<\/title>/)
    match(faulty.text, /<a href="#title">Enter a title<\/a>/)
    match(faulty.text, /Typed with care/)

    const long = await person.send(form, '/documents/1', { title: 'x'.repeat(151) })
    match(long.text, /Title must be 150 characters or fewer/)
  })

  it('take no form without the token of the session', async (test) => {
    const person = (await newHouse(test)).browser()
    const form = await person.visit('/documents/new')
    for (const token of ['', 'x'.repeat(43)])
      equal((await person.send(form, '/documents', { title: 'Forged', _csrf: token })).status, 422)
    equal((await person.get('/documents/5')).status, 404)
  })

  it('let nobody write or publish who may not', async (test) => {
    const { signon, browser } = await newHouse(test)
    signon.person = { ...ada, permissions: ['signin', 'write'] }
    const writer = browser()
    const form = await writer.visit('/documents/3/edit')
    ok(!(await writer.get('/documents/3')).text.includes('/documents/3/publish'))
    equal((await writer.send(form, '/documents/3/publish', {})).status, 403)

    signon.person = { ...ada, permissions: ['signin', 'publish'] }
    const page = (await browser().visit('/documents/3')).text
    ok(page.includes('/documents/3/publish') && !page.includes('/documents/3/edit'))

    signon.person = pusher
    const reader = browser()
    ok(!(await reader.visit('/documents/3')).text.includes('/documents/3/edit'))
    equal((await reader.get('/documents/3/edit')).status, 403)
  })

  it('exist, or are a 404 page; none runs a script from elsewhere', async (test) => {
    const { url, browser } = await newHouse(test)
    const person = browser()
    const missing = await person.get('/nowhere')
    equal(missing.status, 404)
    match(missing.text, /<h1[^>]*>Page not found<\/h1>/)
    equal((await person.visit('/documents/99')).status, 404)
    equal((await person.visit('/documents/%zz')).status, 400)

    const policy = (await fetch(`${url}/auth/failure`)).headers.get('content-security-policy') ?? ''
    match(policy, /default-src 'none'; script-src 'self' 'nonce-[^']+'; /)
    ok(!policy.includes('unsafe'))
    for (const file of ['govuk-frontend.min.css', 'govuk-frontend.min.js', 'start.js', 'images/favicon.ico'])
      equal((await fetch(`${url}/assets/${file}`)).headers.get('cache-control'), 'public, max-age=3600', file)
  })
})

describe('The state file of Demo Publisher', () => {
  it('carries documents and people over a restart', async (test) => {
    const folder = await mkdtemp(join(tmpdir(), 'publisher-'))
    test.after(() => rm(folder, { recursive: true }))
    const stateFile = join(folder, 'of-its-own', 'state.json')
    const first = (await newHouse(test, { stateFile })).browser()
    const form = await first.visit('/documents/new')
    await Promise.all(['One', 'Two', 'Three'].map((title) => first.send(form, '/documents', { title })))

    const second = (await newHouse(test, { stateFile })).browser()
    const list = await second.visit('/')
    for (const title of ['One', 'Two', 'Three']) match(list.text, new RegExp(`/documents/\\d">${title}</a>`))
    deepEqual(await readdir(join(folder, 'of-its-own')), ['state.json'])
  })
})
