import { deepEqual, equal, match, rejects, throws } from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { realRecords, startOrganisationsServer } from '#test/organisations-server.ts'
import { organisationsApi, organisationsFile } from './organisation-source.ts'

const server = await startOrganisationsServer()
const another = await startOrganisationsServer()
const folder = await mkdtemp(join(tmpdir(), 'signon-organisations-'))
after(async () => {
  await server.stop()
  await another.stop()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => {
  server.recover()
  server.list(realRecords)
  ;(server.asked as number[]).length = 0
})

const api = organisationsApi(server.root, { pauseMilliseconds: 0, pageMilliseconds: 1500 })
const json =
  (document: unknown, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_request, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...headers })
      .end(typeof document === 'string' ? document : JSON.stringify(document))
const fails = (code: 'unavailable' | 'invalid', words: RegExp) =>
  rejects(api.read(), (error: Error & { code?: string }) => {
    match(error.message, words)
    equal(error.code, code, error.message)
    return true
  })
const record = (slug: string, changes: object = {}) => ({
  id: `https://www.gov.uk/api/organisations/${slug}`,
  title: slug,
  format: 'Other',
  details: { slug, govuk_status: 'live', content_id: '00000000-0000-4000-8000-000000000001' },
  ...changes,
})

describe('reading the organisations API', () => {
  it('reads all 1,262 organisations from 64 pages of 20', async () => {
    const organisations = await api.read()
    equal(organisations.length, 1262)
    equal(organisations.filter(({ isClosed }) => isClosed).length, 595)
    deepEqual(
      server.asked,
      Array.from({ length: 64 }, (_, index) => index + 1),
    )
    // 23 titles end in a space, and 339 abbreviations are empty.
    deepEqual(
      organisations.filter(({ name, abbreviation }) => name !== name.trim() || abbreviation === ''),
      [],
    )
    deepEqual(
      organisations.find(({ slug }) => slug === 'government-digital-service'),
      {
        contentId: 'af07d5a5-df63-4ddc-9383-6a666845ebe9',
        slug: 'government-digital-service',
        name: 'Government Digital Service',
        abbreviation: 'GDS',
        format: 'Sub organisation',
        isClosed: false,
        parents: ['department-for-science-innovation-and-technology'],
        children: [],
      },
    )
  })

  it('says where it reads, without what else may be in the address', () => {
    equal(organisationsApi('https://www.gov.uk').name, 'https://www.gov.uk/api/organisations')
    equal(organisationsApi('https://a.example/x/?key=1').name, 'https://a.example/x/api/organisations')
    equal(organisationsApi('https://a.example/api/organisations').name, 'https://a.example/api/organisations')
    for (const root of ['www.gov.uk', 'ftp://www.gov.uk', ''])
      throws(() => organisationsApi(root), { code: 'invalid' })
  })

  it('goes by the body where there is no Link header, and by the header first', async () => {
    const page = (slug: string, next?: string) => ({
      results: [record(slug)],
      ...(next && { next_page_url: next }),
    })
    server.answer(1, json(page('one', `${server.root}/api/organisations?page=2`)))
    server.answer(
      2,
      json(page('two', `${server.root}/api/organisations?page=9`), {
        link: `<${server.root}/api/organisations?page=1>; rel="previous", </api/organisations?page=3>; rel="next"`,
      }),
    )
    server.answer(3, json(page('three')))
    deepEqual(
      (await api.read()).map(({ slug }) => slug),
      ['one', 'two', 'three'],
    )
  })

  it('ends with an empty list, whose next page is page 0, which is page 1 again', async () => {
    server.list([])
    deepEqual(await api.read(), [])
    deepEqual(server.asked, [1])
  })

  it('ends with a page past the end, which leads back to the last one', async () => {
    server.answer(
      64,
      json({
        results: [],
        total: 1260,
        next_page_url: `${server.root}/api/organisations?page=63`,
      }),
    )
    equal((await api.read()).length, 1260)
  })

  it('tries a page that failed once more', async () => {
    server.answer(30, (_request, response) => response.writeHead(503).end('busy'), 1)
    equal((await api.read()).length, 1262)
    equal(server.asked.filter((page) => page === 30).length, 2)
  })
})

describe('an organisations API in trouble', () => {
  const listed = { results: [record('one')] }
  for (const [trouble, answer, words] of [
    ['a status other than 200', (_q, r) => r.writeHead(503).end(), /\?page=30 answered with status 503\.$/],
    [
      'a redirect, which is not followed',
      (_q, r) => r.writeHead(302, { location: another.root }).end(),
      /\?page=30 answered with status 302\.$/,
    ],
    [
      'another content type',
      json(listed, { 'content-type': 'text/html' }),
      /page=30 .* does not call itself JSON\.$/,
    ],
    ['text that is not JSON', json('<html>'), /page=30 is not JSON, or was cut short\.$/],
    [
      'half of the JSON',
      json(JSON.stringify(listed).slice(0, 90)),
      /page=30 is not JSON, or was cut short\.$/,
    ],
    [
      'an answer that ends too early',
      (_q, r) => {
        r.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' })
        r.write('{"results":')
        setTimeout(() => r.destroy(), 20)
      },
      /page=30 ended before it was whole\.$/,
    ],
    [
      'a connection that is closed',
      (q) => void q.socket.destroy(),
      /page=30 (ended before|could not be reached)/,
    ],
    ['no answer', () => undefined, /page=30 was not there whole within 1\.5 seconds\.$/],
    [
      'an answer that never ends',
      (_q, r) => void r.writeHead(200, { 'content-type': 'application/json' }).write('{"results":['),
      /page=30 was not there whole within 1\.5 seconds\.$/,
    ],
    ['more than 5 MB', json(' '.repeat(5_100_000)), /page=30 is larger than 5 MB\.$/],
    [
      'an end in the middle',
      json({ results: [record('one')], total: 1262 }),
      /organisations ends after 581 organisations, but says that there are 1262\.$/,
    ],
    ['an empty page in the middle', json({ results: [], total: 1262 }), /ends after 580 organisations/],
  ] as readonly (readonly [string, RequestListener, RegExp])[])
    it(`is not read any further after ${trouble}`, async () => {
      server.answer(30, answer)
      await fails('unavailable', words)
    })

  it('is not read when nobody answers', async () => {
    const gone = await startOrganisationsServer()
    await gone.stop()
    await rejects(organisationsApi(gone.root, { pauseMilliseconds: 0 }).read(), {
      code: 'unavailable',
      message: `${gone.root}/api/organisations could not be reached (ECONNREFUSED).`,
    })
  })

  for (const [lie, answer, words] of [
    [
      'leads to a page that was read',
      () => json({ ...listed, next_page_url: `${server.root}/api/organisations?page=12` }),
      /\?page=12 is named as a next page, but was read before\.$/,
    ],
    [
      'leads to another host',
      () => json({ ...listed, next_page_url: `${another.root}/api/organisations?page=31` }),
      /leads on to another host: http:\/\/127\.0\.0\.1:\d+\. Nothing is read from there\.$/,
    ],
    [
      'leads to no address',
      () => json({ ...listed, next_page_url: 'http://' }),
      /page=30 leads on to something/,
    ],
    ['is other JSON', () => json({ organisations: [] }), /page=30 is JSON, but no list of organisations\.$/],
    ['has results that are no list', () => json({ results: {} }), /page=30 is JSON, but no list/],
  ] as readonly (readonly [string, () => RequestListener, RegExp])[])
    it(`is refused where a page ${lie}`, async () => {
      server.answer(30, answer())
      await fails('invalid', words)
      deepEqual([another.asked, server.asked.filter((page) => page === 30)], [[], [30]])
    })

  it('is refused when it never ends', async () => {
    const endless: RequestListener = ({ url }, response) =>
      json({
        results: [record('one')],
        next_page_url: `${server.root}/api/organisations?page=1&n=${Number(/n=(\d+)/.exec(url ?? '')?.[1] ?? 0) + 1}`,
      })({ url } as never, response as never)
    server.answer(1, endless)
    await fails('invalid', /has more than 1000 pages\.$/)
  })

  it('is refused when it lists more than there can be, on one page or on many', async () => {
    const page = (count: number, next?: string) =>
      json({ results: Array.from({ length: count }, () => 0), ...(next && { next_page_url: next }) })
    server.answer(1, page(2_000_000))
    await fails('invalid', /lists more than 20,000 organisations\.$/)
    server.answer(1, page(15_000, `${server.root}/api/organisations?page=2`))
    server.answer(2, page(15_000))
    await fails('invalid', /lists more than 20,000 organisations\.$/)
  })

  it('is refused when its pages together are larger than memory is for', async () => {
    server.answer(1, ({ url }, response) =>
      json(
        `${' '.repeat(4_900_000)}${JSON.stringify({
          results: [record('one')],
          next_page_url: `${server.root}/api/organisations?page=1&n=${Number(/n=(\d+)/.exec(url ?? '')?.[1] ?? 0) + 1}`,
        })}`,
      )({ url } as never, response as never),
    )
    await fails('invalid', /is larger than 50 MB in all\.$/)
    equal(server.asked.length, 11)
  })

  it('is given up when its pages, each in time, take too long in all', async () => {
    server.answer(30, () => undefined)
    const slow = organisationsApi(server.root, { pauseMilliseconds: 0, wholeMilliseconds: 100 })
    await rejects(slow.read(), {
      code: 'unavailable',
      message: /was reached, and not the end of the list, within 0\.1 seconds\.$/,
    })
  })
})

describe('a record of the organisations API', () => {
  const reads = async (one: unknown) => {
    server.answer(1, json({ results: [one] }))
    return (await api.read())[0]
  }

  it('may lack what test helpers leave out, and may be of an unknown format', async () => {
    deepEqual(await reads(record('board', { format: 'Quango', title: ' The Board ' })), {
      contentId: '00000000-0000-4000-8000-000000000001',
      slug: 'board',
      name: 'The Board',
      abbreviation: null,
      format: 'Quango',
      isClosed: false,
      parents: undefined,
      children: undefined,
    })
    const { parents, children } = (await reads(
      record('board', {
        parent_organisations: [{ id: 'https://www.gov.uk/api/organisations/above' }],
        child_organisations: [],
      }),
    )) ?? { parents: [], children: ['?'] }
    deepEqual([parents, children], [['above'], []])
  })

  const details = { slug: 'board', govuk_status: 'live', content_id: '00000000-0000-4000-8000-000000000001' }
  for (const [fault, one, words] of [
    ['no object', 'board', /organisation 1 is refused: it must be an object/],
    ['nothing', null, /organisation 1 is refused: it must be an object/],
    ['a list', [], /must be an object/],
    [
      'a blank slug',
      record('board', { details: { ...details, slug: ' ' } }),
      /\(board\) is refused: slug is missing or blank\.$/,
    ],
    [
      'a slug of several parts',
      record('board', { details: { ...details, slug: 'a/b' } }),
      /slug must not hold/,
    ],
    [
      'a blank title',
      record('board', { title: '  ' }),
      /organisation 1 \(board\) is refused: title is missing or blank/,
    ],
    ['a title that is a number', record('board', { title: 7 }), /title must be a text/],
    [
      'a title with a control character',
      record('board', { title: 'Bo\u0000ard' }),
      /title holds a control character/,
    ],
    [
      'a title without end',
      record('board', { title: 'b'.repeat(501) }),
      /title is longer than 500 characters/,
    ],
    [
      'a content id that is none',
      record('board', { details: { ...details, content_id: 'abc' } }),
      /content_id must be a UUID/,
    ],
    [
      'no content id',
      record('board', { details: { ...details, content_id: undefined } }),
      /content_id is missing/,
    ],
    [
      'no status',
      record('board', { details: { ...details, govuk_status: null } }),
      /govuk_status is missing or blank/,
    ],
    ['no details', record('board', { details: undefined }), /details must be an object/],
    [
      'parents that are no list',
      record('board', { parent_organisations: 'x' }),
      /parent_organisations must be a list/,
    ],
    [
      'children that are texts',
      record('board', { child_organisations: ['x'] }),
      /each of child_organisations must be an object/,
    ],
    ...['title', 'child_organisations'].map((name) => [
      `half a character in ${name}`,
      record(
        'board',
        name === 'title' ? { title: 'Board \ud800' } : { [name]: [{ id: 'https://x/\udc00' }] },
      ),
      /holds half a character/,
    ]),
    [
      'a parent without a slug',
      record('board', { parent_organisations: [{ id: 'https://x/' }] }),
      /without a slug/,
    ],
  ] as readonly (readonly [string, unknown, RegExp])[])
    it(`is refused with ${fault}`, async () => {
      server.answer(1, json({ results: [one] }))
      await fails('invalid', words)
    })
})

describe('reading organisations from a file', () => {
  const file = async (text: string) => {
    const path = join(folder, 'organisations.json')
    await writeFile(path, text)
    return organisationsFile(path)
  }

  it('takes an array of them, or one page with all of them', async () => {
    const array = await file(JSON.stringify(realRecords))
    equal(array.name, 'organisations.json')
    equal((await array.read()).length, 1262)
    equal((await (await file(JSON.stringify({ results: realRecords, total: 1262 }))).read()).length, 1262)
  })

  it('refuses one page of many, what is not JSON, and a file that is not there', async () => {
    const page = await file(JSON.stringify({ results: realRecords.slice(0, 20), total: 1262 }))
    await rejects(page.read(), { code: 'unavailable', message: /ends after 20 organisations/ })
    await rejects((await file('[')).read(), {
      code: 'unavailable',
      message: /organisations\.json is not JSON/,
    })
    await rejects((await file('7')).read(), { code: 'invalid' })
    await rejects((await file('[7]')).read(), {
      code: 'invalid',
      message: /organisations\.json: organisation 1 is/,
    })
    await rejects(organisationsFile(join(folder, 'none.json')).read(), { code: 'invalid', message: /ENOENT/ })
  })
})
