import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const browser = await test.signedIn(await test.user('Sue Super', { role: 'superadmin', twoStep: true }))

const listed = async (filter: string, more = ''): Promise<readonly string[]> => {
  const { status, text } = await browser.get(`/users?filter=${encodeURIComponent(filter)}${more}`)
  equal(status, 200, filter)
  return [...text.matchAll(/<a class="govuk-link" href="\/users\/\d+\/edit">([^<]*)<\/a>/g)].map(
    ([, name = '']) => name,
  )
}

describe('a search of one or two letters', () => {
  it('finds them anywhere in a name or an address', async () => {
    await test.user('Ada Wu', { email: 'ada.w@example.gov.uk' })
    await test.user('Bo Xq-Łi', { email: 'bo.2@example.gov.uk' })
    for (const typed of ['Wu', 'a w', 'w', '.w@'])
      equal((await listed(typed)).includes('Ada Wu'), true, typed)
    for (const typed of ['xq', 'q-', '-ł', 'ŁI', 'ł', '2@', 'o x'])
      deepEqual(await listed(typed), ['Bo Xq-Łi'], typed)
    for (const typed of ['wx', 'qx', 'u\na', 'zq', '??']) deepEqual(await listed(typed), [], typed)
  })

  it('knows who is called differently now, who has another address, and who has gone', async () => {
    const user = await test.user('Cy Vj', { email: 'cy@example.gov.uk' })
    await test.rows(`update users set name = 'Cy Kz' where id = $1`, [user.id])
    deepEqual([await listed('vj'), await listed('kz')], [[], ['Cy Kz']])
    await test.rows(`update users set email = 'hq@example.gov.uk' where id = $1`, [user.id])
    deepEqual([await listed('cy@'), await listed('hq')], [[], ['Cy Kz']])
    await test.rows('delete from users where id = $1', [user.id])
    deepEqual(await listed('kz'), [])
  })

  it('shows organisation admins their own people only, wherever those have moved since', async () => {
    const [here, there] = [await test.organisation('Here'), await test.organisation('There')]
    const admin = await test.signedIn(
      await test.user('Al Admin', { role: 'organisation_admin', organisationId: here, twoStep: true }),
    )
    const moving = await test.user('Di Gz', { organisationId: there })
    const found = async (filter: string) =>
      (await admin.get(`/users?filter=${filter}`)).text.includes('Di Gz')
    const both = async () => [await found('gz'), await found('di gz')]
    deepEqual(await both(), [false, false])
    await test.rows('update users set organisation_id = $2 where id = $1', [moving.id, here])
    deepEqual(await both(), [true, true])
    await test.rows(`update users set role = 'admin' where id = $1`, [moving.id])
    deepEqual(await both(), [false, false])
  })

  it('finds no machines', async () => {
    await test.machine('Jx', await test.application('Robots'))
    deepEqual(await listed('jx'), [])
    await rejects(
      test.rows(`update users set kind = 'person' where name = 'Jx'`),
      /stays a person's or a machine's/,
    )
  })
})

describe('a search that thousands match', () => {
  it('lists them in order, whether they are walked past or come at the end', async () => {
    await test.rows(
      `insert into users (uid, kind, name, email, role, created_at, updated_at)
       select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'person',
         case when n > 6000 then 'Zy ' else 'Dd ' end || lpad(n::text, 5, '0'), 'crowd' || n || '@example.gov.uk', 'normal',
         '2026-01-01', '2026-01-01'
       from generate_series(1, 8500) n`,
    )
    const { text } = await browser.get('/users?filter=dd')
    match(text, /More than 1,000 users/)
    const names = (word: string, from: number): readonly string[] =>
      Array.from({ length: 25 }, (_, index) => `${word} ${String(from + index).padStart(5, '0')}`)
    deepEqual(await listed('dd'), names('Dd', 1))
    // All of these lie behind the 6,000 above.
    deepEqual(await listed('zy'), names('Zy', 6001))
    deepEqual(await listed('crowd', '&roles[]=normal'), names('Dd', 1))
    const [last] = await test.rows<{ id: number }>(`select id from users where name = 'Zy 08499'`)
    deepEqual(await listed('zy', `&after=${last?.id}-zy%2008499`), ['Zy 08500'])
  })
})
