import { deepEqual, doesNotMatch, equal, match, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { csvCell } from '#kernel/csv.ts'
import type { Signon } from '#store/signon.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { signon, clock } = test
const sue = await test.user('Sue', { role: 'superadmin', twoStep: true })
const browser = await test.signedIn(sue)

/** The cells of CSV, strictly by RFC 4180: anything else is a fault. */
const cellsOf = (text: string): readonly (readonly string[])[] => {
  const lines: string[][] = [[]]
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex
    const [, quoted, plain = '', end] = cell.exec(text) ?? []
    if (end === undefined) throw new Error(`No CSV: ${text.slice(at, at + 80)}`)
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain)
    if (end === '\r\n') lines.push([])
  }
  return lines.slice(0, -1)
}

const fileOf = async (query = '') => {
  const { status, text } = await browser.get(`/users.csv${query}`)
  equal(status, 200)
  return cellsOf(text)
}

const change = (id: number, columns: string) => test.rows(`update users set ${columns} where id = $1`, [id])

const address = '/users.csv?statuses[]=active&filter=somebody%40example.gov.uk&sort=newest-sign-in'

const exportsRecorded = () =>
  test.rows<{ note: string | null; actor_id: number; about_uid: string | null }>(
    'select note, actor_id, about_uid from events where number = 78 order by id',
  )

describe('the list of users as CSV', () => {
  it('has a column of each application in use, and everything that is known, in the order of names', async () => {
    const whitehall = await test.application('Whitehall', { permissions: ['editor', 'Admin'] })
    const content = await test.application('content API', { isApiOnly: true })
    const old = await test.application('Old')
    const cabinet = await test.organisation('Cabinet, Office')
    const [ben, ada, cat] = [
      await test.user('csv Ben'),
      await test.user('csv Ada', { role: 'organisation_admin', organisationId: cabinet, twoStep: true }),
      await test.user('csv Cat'),
    ]
    await test.grant(ada, whitehall, 'signin', 'editor', 'Admin')
    for (const application of [content, old]) await test.grant(ada, application, 'signin')
    await test.rows('update applications set retired_at = $1 where id = $2', [clock.now(), old.id])
    await test.rows(
      `update sign_in_states set sign_in_count = 1234, last_signed_in_at = '2026-07-01T23:59:59.9Z' where user_id = $1`,
      [ada.id],
    )
    await change(
      ben.id,
      `exempt_reason = 'x', exempt_until = '2027-03-01', invited_at = created_at, password_hash = null`,
    )
    await change(cat.id, `suspended_at = created_at, suspension_reason = 'x'`)
    deepEqual(await fileOf('?filter=csv'), [
      [
        'Name',
        'Email',
        'Role',
        'Organisation',
        'Sign-in count',
        'Last sign-in',
        'Created',
        'Status',
        '2SV Status',
        '2SV Exemption Expiry Date',
        'content API',
        'Whitehall',
      ],
      [
        'csv Ada',
        ada.email,
        'Organisation admin',
        'Cabinet, Office',
        '1234',
        '2026-07-01 23:59:59',
        '2026-11-02 09:30:00',
        'Active',
        'Enabled',
        '',
        'signin',
        'Admin, editor, signin',
      ],
      [
        'csv Ben',
        ben.email,
        'Normal',
        '',
        '0',
        '',
        '2026-11-02 09:30:00',
        'Invited',
        'Exempted',
        '01/03/2027',
        '',
        '',
      ],
      [
        'csv Cat',
        cat.email,
        'Normal',
        '',
        '0',
        '',
        '2026-11-02 09:30:00',
        'Suspended',
        'Not set up',
        '',
        '',
        '',
      ],
    ])
  })

  it('is a file to be kept by nobody on the way', async () => {
    const { headers } = await browser.get('/users.csv')
    equal(headers.get('content-type'), 'text/csv; charset=utf-8')
    equal(headers.get('content-disposition'), 'attachment; filename="signon_users.csv"')
    equal(headers.get('cache-control'), 'no-store')
  })

  it('has headings when it has nobody', async () => {
    equal((await fileOf('?filter=nobody-at-all')).length, 1)
  })

  it('calculates nothing in a spreadsheet (admin-ui 13, observation 3)', async () => {
    const evil = [`=cmd|' /C calc'!A0`, '+1+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1+1', 'say "hi", you']
    for (const [index, name] of evil.entries()) {
      const organisationId = await test.organisation(`=${name}`)
      const { id } = await test.user(`Evil ${index}`, {
        email: `evil${index}@example.gov.uk`,
        organisationId,
      })
      // As whoever wrote it without Signon would have left it.
      await test.rows('update users set name = $2 where id = $1', [id, name])
    }
    await test.application('=HYPERLINK("https://evil.example")', { permissions: ['@evil'] })
    const lines = await fileOf('?filter=evil')
    equal(lines.length, evil.length + 1)
    for (const cell of lines.flat()) doesNotMatch(cell, /^\s*[=+\-@\t\r\n＝＋－＠]/)
    deepEqual(new Set(lines.slice(1).map(([name]) => name?.replace(/^'/, ''))), new Set(evil))
    deepEqual(['=1', "'1", 'a=1', 'a"b', 'a\nb', ' a', '', '\n=1', '  =1', '\ufeff＠1'].map(csvCell), [
      `'=1`,
      `'1`,
      'a=1',
      '"a""b"',
      '"a\nb"',
      '" a"',
      '',
      `"'\n=1"`,
      `'  =1`,
      `'\ufeff＠1`,
    ])
  })

  it('is recorded before it is sent: by what it was narrowed, and not what was searched', async () => {
    const before = (await exportsRecorded()).length
    await browser.get(address)
    await browser.get('/users.csv')
    deepEqual((await exportsRecorded()).slice(before), [
      { note: '(filter, statuses)', actor_id: sue.id, about_uid: null },
      { note: null, actor_id: sue.id, about_uid: null },
    ])
    equal((await browser.send('/users.csv', { method: 'HEAD' })).status, 404)
    equal((await exportsRecorded()).length, before + 2)
  })
})

describe('a file of many', () => {
  const crowd = 2500
  const fill = async () => {
    await test.rows(
      `insert into users (uid, kind, name, email, created_at, updated_at)
       select md5('crowd ' || n)::uuid, 'person', 'Crowd ' || n % 7, 'crowd' || n || '@many.example.gov.uk', $1, $1
       from generate_series(1, ${crowd}) n on conflict do nothing`,
      [clock.now()],
    )
  }

  /** The same Signon, whose reading fails from the given read on. */
  const failing = (from: number, error: Error): Signon => {
    let reads = 0
    return {
      ...signon,
      read: (reading) => {
        reads += 1
        return reads >= from ? Promise.reject(error) : signon.read(reading)
      },
    }
  }

  const cookie = () => [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')

  it('holds each of them, in order', async () => {
    await fill()
    const lines = (await fileOf('?filter=many.example')).slice(1)
    equal(lines.length, crowd)
    equal(new Set(lines.map(([, email]) => email)).size, crowd)
    deepEqual(
      lines.map(([name]) => name),
      lines.map(([name]) => name).toSorted(),
    )
  })

  it('holds them once, and still does when names change while it is read', async () => {
    await fill()
    let reads = 0
    const { url, close } = await test.serve({
      ...signon,
      read: async (reading) => {
        reads += 1
        // Those who come last go to the front, and those who are in it already to the end.
        if (reads === 2)
          await test.rows(
            `update users set name = case name when 'Crowd 6' then 'A' else 'Z' end
             where name in ('Crowd 0', 'Crowd 6')`,
          )
        return signon.read(reading)
      },
    })
    const answer = await fetch(`${url}/users.csv?filter=many.example`, { headers: { cookie: cookie() } })
    const emails = cellsOf(await answer.text())
      .slice(1)
      .map(([, email]) => email)
    deepEqual([emails.length, new Set(emails).size, reads], [crowd, crowd, 3])
    await close()
  })

  it('is broken off, not cut short, when the database goes away half way', async () => {
    await fill()
    const { url, close } = await test.serve(failing(2, new Error('gone')))
    await rejects(async () => {
      const answer = await fetch(`${url}/users.csv?filter=many.example`, { headers: { cookie: cookie() } })
      equal(answer.status, 200)
      await answer.text()
    }, /terminated|aborted/)
    await close()
  })

  it('is a page that says so when the database goes away before', async () => {
    const { url, close } = await test.serve(failing(1, new Error('gone')))
    const answer = await fetch(`${url}/users.csv`, { headers: { cookie: cookie(), accept: 'text/html' } })
    equal(answer.status, 500)
    match(answer.headers.get('content-type') ?? '', /text\/html/)
    equal(answer.headers.get('content-disposition'), null)
    await close()
  })

  it('ends when the right of whoever reads it ends', async () => {
    await fill()
    const max = await test.user('Max', { role: 'admin', twoStep: true })
    const its = await test.signedIn(max)
    let reads = 0
    const { url, close } = await test.serve({
      ...signon,
      read: async (reading) => {
        reads += 1
        if (reads === 2) await change(max.id, `suspended_at = created_at, suspension_reason = 'x'`)
        return signon.read(reading)
      },
    })
    const headers = { cookie: [...its.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
    await rejects(async () => (await fetch(`${url}/users.csv?filter=many.example`, { headers })).text())
    equal(reads, 2)
    await close()
  })

  it('is read no faster than it is taken', async () => {
    await fill()
    let reads = 0
    const { url, close } = await test.serve({
      ...signon,
      read: (reading) => {
        reads += 1
        return signon.read(reading)
      },
    })
    // Long lines, so that a few reads fill what lies between.
    const organisation = await test.organisation('Long')
    await test.rows(`update organisations set name = repeat('x', 20000) where id = $1`, [organisation])
    await test.rows(`update users set organisation_id = $1 where email like '%many.example%'`, [organisation])
    const answer = await new Promise<IncomingMessage>((resolve) => {
      get(`${url}/users.csv?filter=many.example`, { headers: { cookie: cookie() } }, resolve)
    })
    answer.pause()
    // Until it goes no further.
    for (let seen = 0; seen < reads; await pause(500)) seen = reads
    equal(answer.statusCode, 200)
    const untilItStopped = reads
    answer.resume()
    await once(answer, 'end')
    ok(reads > untilItStopped, `all of ${reads} reads came before anything was taken`)
    await close()
  })
})
