import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Role, roles } from '#domain/user.ts'
import { Invalid, Unavailable } from '#kernel/failure.ts'
import type { OrganisationSource } from '#outside/organisation-source.ts'
import { testQueue, until } from '#test/queue.ts'
import { operator, startSignon } from '#test/signon.ts'
import { importOrganisationsJob } from './import-organisations.job.ts'
import { importOrganisations } from './import-organisations.ts'

const test = await startSignon()
const { signon, rows } = test
const queue = testQueue(test)

const signedInAs = async (role: Role) => {
  const organisationId = await test.organisation(`Home of ${role}`)
  return test.signedIn(await test.user(`Some ${role}`, { role, organisationId, twoStep: true }))
}
const superadmin = await signedInAs('superadmin')
const path = '/organisations/imports'
/** What a page says, without its markup. */
const read = async (address: string): Promise<string> => {
  const { text } = await superadmin.get(address)
  return text
    .slice(text.indexOf('<main'), text.indexOf('</main>'))
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
}

type Listed = Awaited<ReturnType<OrganisationSource['read']>>[number]
const listed = (slug: string, changes: Partial<Listed> = {}): Listed => ({
  contentId: `00000000-0000-4000-8000-${slug
    .padStart(12, '0')
    .replaceAll(/[^\da-f]/g, '0')
    .slice(-12)}`,
  slug,
  name: slug.toUpperCase(),
  abbreviation: null,
  format: 'Other',
  isClosed: false,
  parents: [],
  children: [],
  ...changes,
})
const sourceOf = (...organisations: readonly Listed[]): OrganisationSource => ({
  name: 'https://www.gov.uk/api/organisations',
  read: async () => organisations,
})
const broken = (error: Error): OrganisationSource => ({
  ...sourceOf(),
  read: () => Promise.reject(error),
})
const run = (source: OrganisationSource) =>
  importOrganisations(signon, operator, { source, allowShrinking: true })
const lastId = async (): Promise<number> =>
  (await rows<{ id: number }>('select max(id) as id from organisation_imports'))[0]?.id ?? 0
const journal = () => {
  const facts: object[] = []
  return { facts, error: (one: object) => void facts.push(one) }
}

describe('the pages about imports of organisations', () => {
  it('are read by superadmins and admins, and only superadmins start one', async () => {
    await run(sourceOf(listed('a1')))
    const [id, jobs] = [await lastId(), await test.jobs()]
    for (const role of roles.filter((one) => one !== 'superadmin')) {
      const browser = await signedInAs(role)
      const expected = role === 'admin' ? 200 : 403
      equal((await browser.get(path)).status, expected, role)
      equal((await browser.get(`${path}/${id}`)).status, expected, role)
      doesNotMatch((await browser.get(path)).text, /Import organisations now/)
      equal((await browser.post(path, {}, '/')).status, 403, role)
    }
    equal((await superadmin.send(path, { method: 'POST' })).status, 422)
    deepEqual([await test.jobs(), await test.events()], [jobs, [82]])
  })

  it('have the next import done now, once however often it is asked for', async () => {
    for (const _ of [1, 2]) {
      const answer = await superadmin.post(path, {}, path)
      deepEqual([answer.status, answer.location], [303, path])
      match((await superadmin.get(path)).text, /imported now, which takes about a minute\. Refresh this page/)
    }
    deepEqual(await test.jobs(), ['import-organisations'])
    deepEqual(
      (
        await rows<{ number: number; actor: string }>(
          `select e.number, u.name as actor from events e join users u on u.id = e.actor_id order by e.id`,
        )
      ).slice(-2),
      [
        { number: 95, actor: 'Some superadmin' },
        { number: 95, actor: 'Some superadmin' },
      ],
    )
  })

  it('lead from the list of organisations to each import and what it changed, in plain words', async () => {
    await run(sourceOf(listed('a1'), listed('a2', { name: 'A <b>bold</b> name' })))
    match((await superadmin.get('/organisations')).text, /href="\/organisations\/imports"/)
    await run(
      sourceOf(
        listed('a1', { name: 'Renamed', isClosed: true, parents: ['a2', 'nobody'], children: ['a3'] }),
        listed('a2', { name: 'A <b>bold</b> name', parents: ['a1'], children: ['a1'] }),
        listed('a3'),
      ),
    )
    const id = await lastId()
    const list = (await superadmin.get(path)).text
    match(list, new RegExp(`href="/organisations/imports/${id}"`))
    match(list, /test, by command/)
    match(
      list,
      /3 organisations: 1 new, 1 closed, 1 renamed, 1 with other parents, 1 refused parent, 2 disagreements, 1 reference to an unlisted organisation/,
    )
    const said = await read(`${path}/${id}`)
    match(said, /New \(1\) A3 /)
    match(said, /Renamed \(1\) Renamed : from A1 to Renamed /)
    match(said, /Parents changed \(1\) Renamed : from none to a2 /)
    match(said, /would close a circle \(1\) A &lt;b&gt;bold&lt;\/b&gt; name : cannot be below a1/)
    match(said, /Parents that are not in the list \(1\) Renamed : names nobody as a parent/)
    const { text } = await superadmin.get(`${path}/${id}`)
    doesNotMatch(text, /<b>bold/)
  })

  it('show fifty of a kind, and all of them on a page of their own', async () => {
    await run(
      sourceOf(
        ...Array.from({ length: 60 }, (_, index) =>
          listed(`c${index}`, { contentId: `10000000-0000-4000-8000-0000000000${10 + index}` }),
        ),
      ),
    )
    const id = await lastId()
    const { text } = await superadmin.get(`${path}/${id}`)
    match(text, /New \(60\)/)
    equal(text.match(/>C\d+<\/a>/g)?.length, 50)
    const all = await superadmin.get(`${path}/${id}?only=created`)
    equal(all.text.match(/>C\d+<\/a>/g)?.length, 60)
    doesNotMatch(all.text, /Not listed any more/)
    match(all.text, /Show the whole report/)
  })

  it('warn of an import that was refused or failed, until one is done', async () => {
    const last = async (): Promise<readonly [string, string]> => [
      await read(path),
      await read(`${path}/${await lastId()}`),
    ]
    await run(broken(new Invalid('The source is <i>odd</i>.'))).catch(() => undefined)
    const [refused, one] = await last()
    match(refused, /Warning The last import changed nothing\. The source is &lt;i&gt;odd&lt;\/i&gt;\./)
    match(refused, /test, by command Refused The source is/)
    match(one, /Warning This import changed nothing\. The source is &lt;i&gt;odd&lt;\/i&gt;\./)
    await run(broken(new Unavailable('Page 3 is away.'))).catch(() => undefined)
    match(
      (await last()).join(),
      /The last import changed nothing\. Page 3 is away\..*Failed Page 3 is away\./,
    )
    await run(broken(new Error('secret of a library'))).catch(() => undefined)
    const unknown = (await last()).join()
    doesNotMatch(unknown, /secret of a library/)
    match(unknown, /Something went wrong in Signon itself\. Its log tells more\./)
    await run(sourceOf(listed('a1')))
    doesNotMatch(await read(path), /The last import changed nothing/)
  })

  it('go on page by page, and know no import that there was not', async () => {
    for (let round = 0; round < 25; round += 1) await run(sourceOf(listed('a1')))
    const { text } = await superadmin.get(path)
    const older = /href="([^"]*before=\d+)"/.exec(text)?.[1] ?? ''
    match((await superadmin.get(older)).text, /Newest imports/)
    match((await superadmin.get(`${path}?before=1`)).text, /No more imports/)
    for (const id of ['999999', '0', 'x', '99999999999999999999'])
      equal((await superadmin.get(`${path}/${id}`)).status, 404, id)
  })
})

describe('the nightly import', () => {
  it('is what the button starts: the worker reads the organisations, once', async (t) => {
    const [source, before] = [sourceOf(listed('a1'), listed('b1')), await lastId()]
    await superadmin.post(path, {}, path)
    await queue.worker(t, { organisations: source })
    await until(queue.isDone)
    equal(await lastId(), before + 1)
    match(await read(path), /Signon itself Done 2 organisations: 1 new/)
  })

  it('is done by Signon itself, and tells what came of it in numbers', async () => {
    const [log, source] = [journal(), sourceOf(listed('a1'), listed('b1'), listed('d1'))]
    const numbers = await importOrganisationsJob(signon, source, log)()
    deepEqual(numbers, { organisations: 3, created: 1, renamed: 0, closed: 0, reparented: 0, vanished: 0 })
    match((await superadmin.get(path)).text, /Signon itself/)
    deepEqual(log.facts, [])
  })

  it('is tried again when the source is away, and not when it was refused', async () => {
    const log = journal()
    const job = (error: Error) => importOrganisationsJob(signon, broken(error), log)()
    equal(await job(new Unavailable('Away.')).catch(({ code }) => code), 'unavailable')
    deepEqual(
      [await job(new Invalid('Odd.')), log.facts],
      [{ refused: 1 }, [{ job: 'import-organisations', reason: 'Odd.' }]],
    )
  })
})
