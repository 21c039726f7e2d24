import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { day } from '#kernel/clock.ts'
import type { TestApplication } from '#test/people.ts'
import { operator, startSignon } from '#test/signon.ts'
import { countMonths } from './count-months.job.ts'
import { markTestAccount } from './mark-test-account.ts'

const test = await startSignon({ environment: 'integration' })
const { signon, clock } = test
const olga = await test.user('Olga', { role: 'superadmin', twoStep: true })
/** Sessions end when a test moves the clock. */
const get = async (path: string) => (await test.signedIn(olga)).get(path)

/** As if the application had been issued a token for that person at that time. */
const authorise = (application: TestApplication, user: Pick<User, 'uid'>, at: string) =>
  test.rows(
    `insert into events (created_at, number, about_uid, application_id, actor_kind, address, user_agent)
     values ($1, 47, $2, $3, 'application', '192.0.2.7', 'Mozilla/5.0 (Windows NT 10.0) Firefox/144.0')`,
    [at, user.uid, application.id],
  )

const cellsOf = (text: string): readonly (readonly string[])[] =>
  [...text.matchAll(/<tr class="govuk-table__row">([\s\S]*?)<\/tr>/g)].slice(1).map(([, row = '']) =>
    [...row.matchAll(/<t[dh][^>]*>([\s\S]*?)<\/t[dh]>/g)].map(([, cell = '']) =>
      cell
        .replaceAll(/<[^>]*>/g, '')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    ),
  )

describe('users with access to an application', () => {
  it('are those people who may sign in to it, who signed in last first, with how they stand', async () => {
    const application = await test.application('Whitehall', { permissions: ['editor'] })
    const organisationId = await test.organisation('Office <b>')
    const [ada, ben, cat] = [
      await test.user('Ada <i>', { email: 'ada@example.gov.uk', organisationId, uses: [application] }),
      await test.user('Ben', { uses: [application] }),
      await test.user('Cat', { uses: [application] }),
    ]
    await test.grant(ada, application, 'editor')
    await test.grant(await test.user('Dan'), application, 'editor')
    await test.machine('Robot', application)
    await test.rows(
      `update sign_in_states set last_signed_in_at = '2026-10-01T08:00:00Z', sign_in_count = 1234 where user_id = $1`,
      [ada.id],
    )
    await test.rows(
      `update sign_in_states set last_signed_in_at = '2026-10-02T08:00:00Z' where user_id = $1`,
      [cat.id],
    )
    await test.rows(
      `update users set suspended_at = '2026-10-03', suspension_reason = 'left' where id = $1`,
      [cat.id],
    )
    const { text } = await get(`/applications/${application.id}/users_with_access`)
    match(text, /3 people can sign in to it/)
    deepEqual(cellsOf(text), [
      ['Cat', 'cat@example.gov.uk', 'Normal', 'None', '0', '9:00am, 2 Oct 2026', 'Suspended', 'signin'],
      [
        'Ada &lt;i&gt;',
        'ada@example.gov.uk',
        'Normal',
        'Office &lt;b&gt;',
        '1,234',
        '9:00am, 1 Oct 2026',
        'Active',
        'signin, editor',
      ],
      ['Ben', 'ben@example.gov.uk', 'Normal', 'None', '0', 'never signed in', 'Active', 'signin'],
    ])
    match(text, new RegExp(`href="/users/${ben.id}/edit"`))
  })

  it('are read page by page, each once, also those who never signed in', async () => {
    const application = await test.application('Crowded')
    await test.rows(
      `insert into users (uid, kind, name, email, role, created_at, updated_at)
       select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'person', 'Crowd ' || n,
         'crowd' || n || '@example.gov.uk', 'normal', '2026-01-01', '2026-01-01'
       from generate_series(1, 230) n`,
    )
    await test.rows(
      `update sign_in_states set last_signed_in_at = timestamptz '2026-01-01' + (user_id / 10) * interval '1 day'
       from users where id = user_id and name like 'Crowd %' and user_id % 2 = 0`,
    )
    await test.rows(
      `insert into grants (user_id, application_id, permission_id, created_at)
       select u.id, p.application_id, p.id, '2026-01-01' from users u, permissions p
       where u.name like 'Crowd %' and p.application_id = $1`,
      [application.id],
    )
    const path = `/applications/${application.id}/users_with_access`
    const seen: string[] = []
    let next: string | undefined = path
    let pages = 0
    while (next !== undefined && pages < 9) {
      const { text } = await get(next)
      seen.push(...cellsOf(text).map(([name = '']) => name))
      next = /href="([^"]*before=[^"]*)"[^>]* rel="next"/.exec(text)?.[1]
      pages += 1
    }
    deepEqual([pages, seen.length, new Set(seen).size], [3, 230, 230])
    deepEqual(seen.slice(0, 2), ['Crowd 230', 'Crowd 228'])
    for (const before of ['x', '1', '-1', '1-0', 'never', "1-1'", '1-99999999999'])
      equal((await get(`${path}?before=${before}`)).status, 400, before)
    match((await get(`${path}?before=never-1`)).text, /No more users/)
  })
})

describe('the access log of an application', () => {
  it('tells who was let in when, also of accounts that are gone, and leaves out accounts of tests (admin-ui 13, observations 5 and 15)', async () => {
    const application = await test.application('Publisher')
    const other = await test.application('Another')
    const [eve, robot] = [
      await test.user('Eve <b>', { email: 'eve@example.gov.uk' }),
      await test.user('Smokey Joe'),
    ]
    await markTestAccount(signon, operator, { email: robot.email, isTestAccount: true })
    await authorise(application, eve, '2026-03-31T22:59:59Z')
    await authorise(application, eve, '2026-03-31T23:00:00Z')
    await authorise(application, robot, '2026-04-02T09:00:00Z')
    await authorise(other, eve, '2026-04-02T09:00:00Z')
    const gone = '11111111-2222-4333-8444-555555555555'
    await authorise(application, { uid: gone } as Pick<User, 'uid'>, '2026-04-03T09:00:00Z')

    const path = `/applications/${application.id}/access_logs`
    const { text } = await get(path)
    match(text, /<th[^>]*>\s*IP address\s*<\/th>/)
    const words = 'Successful user application authorization for'
    const firefox = '192.0.2.7, Firefox on Windows'
    deepEqual(cellsOf(text), [
      ['10:00am, 3 Apr 2026', `${words} ${gone}`, firefox],
      ['12:00am, 1 Apr 2026', `${words} Eve &lt;b&gt;`, firefox],
      ['11:59pm, 31 Mar 2026', `${words} Eve &lt;b&gt;`, firefox],
    ])
    match(text, /what happened in Integration itself/)
    match(text, /About this data/)
    const april = await get(`${path}?month=2026-04&include_test_accounts=true`)
    deepEqual(
      cellsOf(april.text).map(([time]) => time),
      ['10:00am, 3 Apr 2026', '10:00am, 2 Apr 2026', '12:00am, 1 Apr 2026'],
    )
    match(april.text, /value="2026-04" selected/)
    match(april.text, /value="true" checked/)
    match((await get(`${path}?month=2025-01`)).text, /No activity logged/)
    equal((await get(`${path}?month=`)).status, 200)
    for (const month of ['2026-13', '2026-1', 'x', "2026-01'", '0000-01'])
      equal((await get(`${path}?month=${month}`)).status, 400, month)
  })

  it('is read page by page within its filters, of retired applications, too (admin-ui 12, case 15)', async () => {
    const application = await test.application('Long')
    const fay = await test.user('Fay')
    for (let number = 0; number < 130; number += 1)
      await authorise(application, fay, `2026-05-0${1 + (number % 3)}T10:00:00Z`)
    await authorise(application, fay, '2026-06-01T10:00:00Z')
    await signon.transaction(({ applications }) => applications.retire(application.id))
    const path = `/applications/${application.id}/access_logs?month=2026-05`
    const first = await get(path)
    const next = /href="([^"]*before=[^"]*)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    match(next, /month=2026-05&before=/)
    const second = await get(next)
    deepEqual([cellsOf(first.text).length, cellsOf(second.text).length], [100, 30])
    match(second.text, /Newest events/)
  })
})

describe('the monthly figures of an application', () => {
  it('are the same before and after the night in which they are counted (admin-ui 13, observation 17)', async () => {
    const application = await test.application('Counted')
    const [gil, hal, robot] = [await test.user('Gil'), await test.user('Hal'), await test.user('Robbie')]
    await markTestAccount(signon, operator, { email: robot.email, isTestAccount: true })
    for (const at of [
      '2026-08-31T22:59:59Z',
      '2026-08-31T23:00:00Z',
      '2026-09-15T10:00:00Z',
      '2026-11-01T10:00:00Z',
    ])
      await authorise(application, gil, at)
    await authorise(application, hal, '2026-09-15T10:00:00Z')
    await authorise(application, robot, '2026-09-15T10:00:00Z')
    const path = `/applications/${application.id}/monthly_access_stats`
    const expected = [
      ['2026-11', '1', '1', '2026-11 access logs'],
      ['2026-09', '3', '2', '2026-09 access logs'],
      ['2026-08', '1', '1', '2026-08 access logs'],
    ]
    const before = await get(path)
    deepEqual(cellsOf(before.text), expected)

    await countMonths(signon)()
    const rows = () =>
      test.rows('select * from application_months where application_id = $1', [application.id])
    equal((await rows()).length, 2)
    await countMonths(signon)()
    equal((await rows()).length, 2)
    const after = await get(path)
    deepEqual(cellsOf(after.text), expected)
    const withTests = await get(`${path}?include_test_accounts=true`)
    deepEqual(cellsOf(withTests.text)[1], ['2026-09', '4', '3', '2026-09 access logs'])
    match(withTests.text, /access_logs\?month=2026-09&amp;include_test_accounts=true/)

    await authorise(application, hal, '2026-11-02T09:00:00Z')
    deepEqual(cellsOf((await get(path)).text)[0], ['2026-11', '2', '2', '2026-11 access logs'])
  })

  it('are a picture, too, which says in words what it shows', async () => {
    const [row] = await test.rows<{ id: number }>(`select id from applications where name = 'Counted'`)
    const { text } = await get(`/applications/${row?.id}/monthly_access_stats`)
    match(
      text,
      /<svg[^>]* role="img" aria-label="Authorisations in each month from August 2026 to November 2026\. The most were 3, in September 2026\."/,
    )
    equal(text.match(/<rect /g)?.length, 4)
    doesNotMatch(text, /style=/)
  })

  it('say so when there are none', async () => {
    const application = await test.application('Unused')
    const { text } = await get(`/applications/${application.id}/monthly_access_stats`)
    match(text, /No activity logged/)
    doesNotMatch(text, /<rect /)
  })

  it('are forgotten with the log, after 2 years', async () => {
    const application = await test.application('Ancient')
    await authorise(application, olga, '2026-10-15T10:00:00Z')
    await test.rows('delete from application_months')
    await countMonths(signon)()
    const months = () =>
      test.rows('select from application_months where application_id = $1', [application.id])
    equal((await months()).length, 1)
    clock.step(760 * day)
    await countMonths(signon)()
    equal((await months()).length, 0)
  })
})

describe('an account that tests sign in with', () => {
  it('is said to be one once, and remembered', async () => {
    const ivy = await test.user('Ivy')
    for (const isTestAccount of [true, true, false])
      await markTestAccount(signon, operator, { email: ivy.email, isTestAccount })
    const notes = await test.rows('select number, note from events where about_uid = $1 order by id', [
      ivy.uid,
    ])
    deepEqual(notes, [
      { number: 34, note: 'test account: yes' },
      { number: 34, note: 'test account: no' },
    ])
  })
})
