import { deepEqual, equal, match, notEqual, rejects } from 'node:assert/strict'
import { after, beforeEach, describe, it } from 'node:test'
import type { Actor } from '#domain/events.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import type { OrganisationEdge } from '#domain/organisation-graph.ts'
import type { ImportOptions } from '#domain/organisation-import.ts'
import type { ImportReport } from '#domain/organisation-import-report.ts'
import { roles } from '#domain/user.ts'
import { minute } from '#kernel/clock.ts'
import { organisationsApi } from '#outside/organisation-source.ts'
import { type ListedRecord, realRecords, startOrganisationsServer } from '#test/organisations-server.ts'
import { operator, startSignon } from '#test/signon.ts'
import { importOrganisations } from './import-organisations.ts'

const test = await startSignon()
const { signon, rows } = test
const server = await startOrganisationsServer()
after(() => server.stop())
const source = organisationsApi(server.root, { pauseMilliseconds: 0, pageMilliseconds: 1500 })
/** The log is never cut short: each test looks at its own part of it. */
let lastEvent = '0'
const forgetEvents = async (): Promise<void> => {
  const [last] = await rows<{ id: string }>('select id from events order by id desc limit 1')
  lastEvent = last?.id ?? '0'
}
const events = () =>
  rows<{ number: number; note: string; actor_kind: string; actor_name: string | null }>(
    'select number, note, actor_kind, actor_name from events where id > $1 order by id',
    [lastEvent],
  )
beforeEach(async () => {
  server.recover()
  server.list(realRecords)
  await rows('delete from users')
  await rows('delete from organisations')
  await rows('delete from organisation_imports')
  await forgetEvents()
})

const run = (options: ImportOptions & { isRehearsal?: boolean } = {}, actor: Actor = operator) =>
  importOrganisations(signon, actor, { source, ...options })
/** The whole of what an import may write, but its own report. */
const contents = async () => ({
  organisations: await rows('select * from organisations order by id'),
  edges: await rows('select * from organisation_parents order by child_id, parent_id'),
  events: await events(),
})
const imports = () =>
  rows<{ outcome: string; reason: string | null; actor_name: string | null; report: ImportReport | null }>(
    'select outcome, reason, actor_name, report from organisation_imports order by id',
  )
const parentsOf = async (slug: string): Promise<readonly string[]> =>
  (
    await rows<{ slug: string }>(
      `select p.slug from organisation_parents e join organisations c on c.id = e.child_id
       join organisations p on p.id = e.parent_id where c.slug = $1 and e.is_effective order by 1`,
      [slug],
    )
  ).map((row) => row.slug)
const idOf = async (slug: string): Promise<number> =>
  (await rows<{ id: number }>('select id from organisations where slug = $1', [slug]))[0]?.id ?? 0
const details = ({ details: all }: ImportReport) =>
  all.map(({ kind, organisation, parent = '' }) => `${kind} ${organisation} ${parent}`.trim())

const slugOf = ({ details: { slug } }: ListedRecord): string => slug
const without = (...slugs: readonly string[]) => realRecords.filter((one) => !slugs.includes(slugOf(one)))
const changed = (slug: string, change: (record: ListedRecord) => ListedRecord) =>
  realRecords.map((one) => (slugOf(one) === slug ? change(one) : one))
const below = (...slugs: readonly string[]): Pick<ListedRecord, 'parent_organisations'> => ({
  parent_organisations: slugs.map((slug) => ({ id: `https://www.gov.uk/api/organisations/${slug}` })),
})
const [gds, dsit] = ['government-digital-service', 'department-for-science-innovation-and-technology']

describe('importing organisations', () => {
  it('is for superadmins, operators and Signon itself', async () => {
    for (const role of roles) {
      const organisationId = await test.organisation(`Home of ${role}`)
      const { id } = await test.user(`Some ${role}`, { role, organisationId })
      const actor: Actor = { kind: 'person', userId: id }
      if (role === 'superadmin')
        equal((await run({ isRehearsal: true, allowShrinking: true }, actor)).created, 1262)
      else await rejects(run({}, actor), { code: 'forbidden' })
    }
    equal(server.asked.length > 0, true)
    await rejects(run({}, { kind: 'application' }), { code: 'forbidden' })
    deepEqual(await imports(), [])
  })

  it('brings all 1,262 organisations with their 857 parents, and says so in one event', async () => {
    const report = await run()
    deepEqual(
      [report.organisations, report.created, report.closed, report.refusedEdges, report.dangling],
      [1262, 1262, 0, 0, 0],
    )
    const [counts] = await rows(
      `select count(*)::integer as all, count(*) filter (where is_closed)::integer as closed,
         count(*) filter (where name <> btrim(name))::integer as untrimmed,
         (select count(*)::integer from organisation_parents where is_effective) as edges from organisations`,
    )
    deepEqual(counts, { all: 1262, closed: 595, untrimmed: 0, edges: 857 })
    // Departure 10: the only two of whom parent and child say different things.
    deepEqual(
      details(report).filter((line) => line.startsWith('only')),
      [`only-parent-says information-commissioner-s-office ${dsit}`, `only-parent-says ofcom ${dsit}`],
    )
    deepEqual(await events(), [
      {
        number: 82,
        note: '1,262 organisations: 1,262 new, 2 disagreements',
        actor_kind: 'console',
        actor_name: 'test',
      },
    ])
    deepEqual(
      (await imports()).map(({ outcome, actor_name: name }) => [outcome, name]),
      [['done', 'test']],
    )
    deepEqual((await imports())[0]?.report, JSON.parse(JSON.stringify(report)))
    deepEqual(await test.jobs(), [])
  })

  it('keeps every one of several parents, of which the earlier Signon kept the last', async () => {
    await run()
    const [several] = await rows(
      `select count(*)::integer as count from (
         select child_id from organisation_parents group by child_id having count(*) > 1) several`,
    )
    deepEqual(several, { count: 44 })
  })

  it('writes nothing but its report when nothing is different', async () => {
    await run()
    const before = await contents()
    test.clock.step(minute)
    const report = await run()
    deepEqual([report.created, report.reparented, details(report).length], [0, 0, 2])
    deepEqual(await contents(), before)
    equal((await imports()).length, 2)
  })

  it('says what it would do, and does nothing, in a rehearsal', async () => {
    const before = await contents()
    equal((await run({ isRehearsal: true })).created, 1262)
    server.answer(30, (_request, response) => response.writeHead(503).end())
    await rejects(run({ isRehearsal: true }), { code: 'unavailable' })
    deepEqual([await contents(), await imports()], [before, []])
  })

  it('BO-Q4: keeps whoever is absent for a night, with people and children, and marks them', async () => {
    await run()
    const id = await idOf(dsit)
    const ada = await test.user('Ada', { organisationId: id as OrganisationId })
    server.list(without(dsit))
    const gone = await run()
    deepEqual([gone.vanished, gone.reparented], [1, 0])
    notEqual(
      (await rows<{ at: Date | null }>('select vanished_at as at from organisations where id = $1', [id]))[0]
        ?.at,
      null,
    )
    deepEqual(await parentsOf(gds), [dsit])
    equal((await signon.single.users.seek(ada.id))?.organisationId, id)

    server.list(realRecords)
    const back = await run()
    deepEqual([back.returned, back.created, await idOf(dsit)], [1, 0, id])
    deepEqual(await rows('select vanished_at as at from organisations where id = $1', [id]), [{ at: null }])
  })

  it('BO-Q5: clears a parent that is not named any more, and takes a new one', async () => {
    await run()
    server.list(changed(gds, (record) => ({ ...record, ...below('cabinet-office') })))
    const report = await run()
    deepEqual(await parentsOf(gds), ['cabinet-office'])
    deepEqual(
      report.details.find(({ kind }) => kind === 'parents-changed'),
      {
        kind: 'parents-changed',
        organisation: gds,
        name: 'Government Digital Service',
        from: dsit,
        to: 'cabinet-office',
      },
    )
    server.list(changed(gds, (record) => ({ ...record, ...below() })))
    await run()
    deepEqual(await parentsOf(gds), [])
  })

  it('BO-Q6: changes nothing at all when a page in the middle fails, and keeps why', async () => {
    await run()
    const before = await contents()
    server.list(changed('active-travel-england', (record) => ({ ...record, title: 'Changed on page 1' })))
    server.answer(30, (_request, response) => response.writeHead(503).end())
    await rejects(run(), { code: 'unavailable', message: /page=30 answered with status 503/ })
    server.answer(30, (_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"results":[{"title":'),
    )
    await rejects(run(), { code: 'unavailable', message: /cut short/ })
    deepEqual(await contents(), before)
    deepEqual(
      (await imports())
        .slice(1)
        .map(({ outcome, reason }) => `${outcome}: ${reason}`.replace(server.root, '')),
      [
        'failed: /api/organisations?page=30 answered with status 503.',
        'failed: /api/organisations?page=30 is not JSON, or was cut short.',
      ],
    )
  })

  it('BO-Q6: changes nothing when the database refuses the last of its changes, and tells nobody why', async () => {
    await rows(`create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end';
      create trigger refuse before insert on organisation_parents for each statement execute function refuse()`)
    const before = await contents()
    await rejects(run(), /no/)
    deepEqual(await contents(), before)
    deepEqual(
      (await imports()).map(({ outcome, reason }) => [outcome, reason]),
      [['failed', 'Something went wrong in Signon itself. Its log tells more.']],
    )
    await rows('drop trigger refuse on organisation_parents; drop function refuse')
  })

  it('follows changed slugs and content ids, and swapped slugs, in the same rows', async () => {
    await run()
    const [gdsId, ofcom, ofsted] = [await idOf(gds), await idOf('ofcom'), await idOf('ofsted')]
    const slugged = (record: ListedRecord, slug: string) => ({
      ...record,
      details: { ...record.details, slug },
    })
    const swapped: Readonly<Record<string, string>> = { ofcom: 'ofsted', ofsted: 'ofcom', [gds]: 'gds' }
    server.list(realRecords.map((record) => slugged(record, swapped[slugOf(record)] ?? slugOf(record))))
    const report = await run()
    deepEqual([report.renamed, report.created, report.vanished], [3, 0, 0])
    deepEqual([await idOf('gds'), await idOf('ofsted'), await idOf('ofcom')], [gdsId, ofcom, ofsted])

    const contentId = '11111111-1111-4111-8111-111111111111'
    server.list(
      changed(gds, (record) => ({
        ...slugged(record, 'gds'),
        details: { ...record.details, slug: 'gds', content_id: contentId },
      })),
    )
    equal((await run()).created, 0)
    deepEqual(await rows('select id from organisations where content_id = $1', [contentId]), [{ id: gdsId }])
  })

  it('never touches whether an organisation requires 2-step verification', async () => {
    await run()
    await rows('update organisations set require_two_step = true where slug = $1', [gds])
    server.list(
      changed(gds, (record) => ({
        ...record,
        title: 'GDS',
        details: { ...record.details, govuk_status: 'closed' },
      })),
    )
    const report = await run()
    deepEqual([report.renamed, report.closed], [1, 1])
    deepEqual(
      await rows('select name, is_closed, require_two_step from organisations where slug = $1', [gds]),
      [{ name: 'GDS', is_closed: true, require_two_step: true }],
    )
    server.list(realRecords)
    equal((await run()).reopened, 1)
  })

  it('refuses a list that lost more than a tenth, unless it is told to go on', async () => {
    await run()
    const before = await contents()
    server.list(realRecords.slice(0, 1100))
    await rejects(run(), { code: 'invalid', message: /lists 1,100 organisations, and 162 of the 1,262/ })
    deepEqual(await contents(), before)
    match((await imports())[1]?.reason ?? '', /more than a tenth/)
    equal((await run({ allowShrinking: true })).vanished, 162)
    equal((await run()).vanished, 0)
  })

  it('refuses contradictory slugs, changing nothing', async () => {
    await run()
    const before = await contents()
    server.list(changed('ofcom', (record) => ({ ...record, details: { ...record.details, slug: 'ofsted' } })))
    await rejects(run(), { code: 'invalid', message: /contradicts itself about Ofcom \(slug ofsted/ })
    server.list(changed('ofcom', (record) => ({ ...record, details: { ...record.details, slug: ' ' } })))
    await rejects(run(), {
      code: 'invalid',
      message: /organisation \d+ \(Ofcom\) is refused: slug is missing or blank/,
    })
    deepEqual(await contents(), before)
    deepEqual(
      (await imports()).map(({ outcome }) => outcome),
      ['done', 'refused', 'refused'],
    )
  })

  it('gives the slug of one that is gone to another only when it is told to, and keeps the people of both', async () => {
    await run()
    server.list(
      changed('ofcom', (record) => ({ ...record, details: { ...record.details, slug: 'ofsted' } })).filter(
        ({ title }) => title !== 'Ofsted',
      ),
    )
    const idOf = (slug: string) =>
      rows<{ id: number }>('select id from organisations where slug = $1', [slug])
    const [ofcom, ofsted] = [await idOf('ofcom'), await idOf('ofsted')]
    await rejects(run(), { code: 'invalid', message: /--release-slugs: it keeps its people/ })
    const report = await run({ releaseSlugs: true })
    deepEqual([report.vanished, report.renamed], [1, 2])
    deepEqual(await idOf('ofsted'), ofcom)
    const [gone] = await rows(
      "select id, slug from organisations where slug like 'ofsted-%' and vanished_at is not null",
    )
    deepEqual(gone, { ...ofsted[0], slug: `ofsted-${ofsted[0]?.id}` })
    equal((await run()).renamed, 0)
  })

  it('takes a list in which records come twice, as when the index shifts between pages', async () => {
    server.list([...realRecords.slice(0, 20), ...realRecords.slice(19, 40), ...realRecords.slice(40)])
    equal((await run()).created, 1262)
  })

  it('departure 10: refuses a circle edge by edge, and imports the rest', async () => {
    await run()
    server.list(
      realRecords.map((record) =>
        slugOf(record) === dsit ? { ...record, ...below(gds, 'cabinet-office') } : record,
      ),
    )
    const report = await run()
    deepEqual([report.refusedEdges, await parentsOf(dsit)], [1, ['cabinet-office']])
    equal(details(report).includes(`refused-edge ${dsit} ${gds}`), true)
    // The same every night, until the source is mended.
    const again = await run()
    deepEqual([again.refusedEdges, again.reparented, await parentsOf(dsit)], [1, 0, ['cabinet-office']])
  })

  it('ends rules that last until the next import, each with its event, and keeps the others', async () => {
    await run()
    const rule = (child: string, parent: string, kind: string, lasts: string) =>
      rows(
        `insert into organisation_parents (child_id, parent_id, created_at, is_in_source, rule, rule_lasts, rule_reason, ruled_at)
         select c.id, p.id, $5, false, $3, $4, 'why', $5 from organisations c, organisations p where c.slug = $1 and p.slug = $2
         on conflict (child_id, parent_id) do update set rule = $3, rule_lasts = $4, rule_reason = 'why', ruled_at = $5`,
        [child, parent, kind, lasts, signon.clock.now()],
      )
    await rule(gds, dsit, 'blocked', 'next-import')
    await rule(gds, 'cabinet-office', 'added', 'permanently')
    await rule('ofcom', 'cabinet-office', 'added', 'next-import')
    await forgetEvents()
    const report = await run()
    deepEqual([report.endedRules, report.reparented], [2, 2])
    deepEqual(
      [await parentsOf(gds), await parentsOf('ofcom')],
      [['cabinet-office', dsit], ['department-for-digital-culture-media-and-sport']],
    )
    deepEqual(
      await rows(
        'select rule, rule_lasts, rule_reason, is_in_source from organisation_parents where rule is not null',
      ),
      [{ rule: 'added', rule_lasts: 'permanently', rule_reason: 'why', is_in_source: false }],
    )
    deepEqual(
      (await events()).map(({ number, note }) => `${number} ${note}`),
      [
        '82 1,262 organisations: 2 with other parents, 2 parents no longer set by hand, 2 disagreements',
        `85 Department for Science, Innovation and Technology above Government Digital Service, was blocked until the next import`,
        '85 Cabinet Office above Ofcom, was added until the next import',
      ],
    )
  })

  it('departure 10: leaves a rule that is made while it reads to the next import', async () => {
    await run()
    const rule = { kind: 'added', lasts: 'next-import', reason: 'why', by: { id: null, name: 'op' } } as const
    const read = async () => {
      test.clock.step(minute)
      const edge = { child: await idOf(gds), parent: await idOf('cabinet-office') } as OrganisationEdge
      await signon.single.organisationParents.setRule(edge, rule)
      return source.read()
    }
    const report = await importOrganisations(signon, operator, { source: { ...source, read } })
    equal(report.endedRules, 0)
    deepEqual(await parentsOf(gds), ['cabinet-office', dsit])
    equal((await run()).endedRules, 1)
    deepEqual(await parentsOf(gds), [dsit])
  })

  it('does two imports at once one after the other, and nothing twice', async () => {
    const reports = await Promise.all([run(), run(), run()])
    deepEqual(reports.map(({ created }) => created).sort(), [0, 0, 1262])
    deepEqual(await rows('select count(*)::integer as count from organisations'), [{ count: 1262 }])
    deepEqual(
      (await events()).map(({ number }) => number),
      [82],
    )
  })

  it('changes nothing by a list that was read before another import, which is done, began', async () => {
    const read = async () => {
      const listed = await source.read()
      server.list(changed(gds, (record) => ({ ...record, title: 'Digital Service' })))
      test.clock.step(minute)
      await run()
      return listed
    }
    await rejects(importOrganisations(signon, operator, { source: { ...source, read } }), /began later/)
    deepEqual(await rows('select name from organisations where slug = $1', [gds]), [
      { name: 'Digital Service' },
    ])
    deepEqual(
      (await imports()).map(({ outcome }) => outcome),
      ['done', 'refused'],
    )
  })
})
