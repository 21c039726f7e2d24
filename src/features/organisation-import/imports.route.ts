import { roleMay } from '#domain/administration.policy.ts'
import { shortLondonMoment } from '#domain/london-time.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import {
  detailWords,
  type ImportDetail,
  type ImportDetailKind,
  type ImportReport,
  importDetailKinds,
  importSummary,
} from '#domain/organisation-import-report.ts'
import { thousands } from '#kernel/count.ts'
import { NotFound } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import type { ImportLine, ImportOutcome, OrganisationImportId } from '#store/organisation-import-records.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Request, Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { askForImport } from './ask-for-import.ts'
import { type ImportLineView, type ImportView, importPage, importsPage } from './imports.page.ts'

const importsOnPage = 25
/** Of one kind; the others are on a page of their own. */
const detailsOfKind = 50

/** What every import of organisations did, and having the next one done now. */
export const organisationImportRoutes: Routes = (scope, signon) => {
  const config = { may: 'list organisations' } as const

  scope.get(paths.organisationImports, { config }, async (request, reply) => {
    const before = rowNumber(onlyText(request.query, 'before') ?? '') as OrganisationImportId | undefined
    const found = await signon.single.organisationImportRecords.list(before, importsOnPage + 1)
    const imports = found.slice(0, importsOnPage)
    const last = found.length > importsOnPage ? imports.at(-1) : undefined
    return reply.page(
      importsPage({
        imports: imports.map(lineOf),
        problem: before === undefined ? (imports[0]?.reason ?? null) : null,
        mayImport: roleMay(sessionOf(request).user.role, 'import organisations'),
        importPath: paths.organisationImports,
        newestPath: before === undefined ? null : paths.organisationImports,
        olderPath: last ? `${paths.organisationImports}?before=${last.id}` : null,
      }),
    )
  })

  scope.post(
    paths.organisationImports,
    { config: { may: 'import organisations' } },
    async (request, reply) => {
      await askForImport(signon, actorOf(request))
      request.browser.say(
        'The organisations are imported now, which takes about a minute. Refresh this page then: the import will be at the top, with what it changed.',
      )
      return reply.redirect(paths.organisationImports, 303)
    },
  )

  scope.get(paths.organisationImport, { config }, async (request, reply) => {
    const id = importIn(request)
    const found = await signon.single.organisationImportRecords.seek(id)
    if (!found) throw noSuchImport()
    const path = pathTo(paths.organisationImport, { id })
    const only = kindIn(request.query)
    const told = toldOf(found.report, only)
    const ids = await signon.single.organisationImportRecords.idsOf(
      told.flatMap(({ shown }) => shown.map(({ organisation }) => organisation)),
    )
    return reply.page(
      importPage({
        ended: shortLondonMoment(found.endedAt),
        facts: factsOf(found),
        problem: found.reason,
        parts: told.map((one) => partOf(one, ids, path)),
        wholePath: only ? path : null,
      }),
    )
  })
}

const noSuchImport = (): NotFound => new NotFound('There is no such import.')

const importIn = ({ params }: Request): OrganisationImportId => {
  const id = rowNumber(onlyText(params, 'id') ?? '')
  if (id === undefined) throw noSuchImport()
  return id as OrganisationImportId
}

const kinds = Object.keys(importDetailKinds) as readonly ImportDetailKind[]

const kindIn = (query: unknown): ImportDetailKind | undefined =>
  kinds.find((kind) => kind === onlyText(query, 'only'))

const outcomeWords = {
  done: 'Done',
  refused: 'Refused',
  failed: 'Failed',
} as const satisfies Record<ImportOutcome, string>

const whoDid = ({ actorKind, actorName }: ImportLine): string => {
  if (actorKind === 'signon') return 'Signon itself'
  const name = actorName ?? 'An account that is gone'
  return actorKind === 'console' ? `${name}, by command` : name
}

const lineOf = (one: ImportLine): ImportLineView => ({
  path: pathTo(paths.organisationImport, { id: one.id }),
  ended: shortLondonMoment(one.endedAt),
  by: whoDid(one),
  outcome: outcomeWords[one.outcome],
  words: one.report ? importSummary(one.report) : (one.reason ?? ''),
})

const factsOf = (one: ImportLine): ImportView['facts'] => [
  { key: 'Outcome', value: outcomeWords[one.outcome] },
  { key: 'Started by', value: whoDid(one) },
  { key: 'Read from', value: one.source },
  ...(one.report ? [{ key: 'What it came to', value: importSummary(one.report) }] : []),
]

interface Told {
  readonly kind: ImportDetailKind
  readonly count: number
  /** Those of them that the page shows. */
  readonly shown: readonly ImportDetail[]
}

/** What a report tells, kind by kind: some of each, or all of one. */
const toldOf = (report: ImportReport | null, only: ImportDetailKind | undefined): readonly Told[] =>
  kinds
    .filter((kind) => only === undefined || kind === only)
    .map((kind) => {
      const details = report?.details.filter((detail) => detail.kind === kind) ?? []
      return { kind, count: details.length, shown: only ? details : details.slice(0, detailsOfKind) }
    })
    .filter(({ count }) => count > 0)

const partOf = (
  { kind, count, shown }: Told,
  ids: ReadonlyMap<string, OrganisationId>,
  path: string,
): ImportView['parts'][number] => ({
  heading: importDetailKinds[kind].heading,
  count: thousands(count),
  lines: shown.map((detail) => {
    const id = ids.get(detail.organisation)
    return {
      name: detail.name,
      path: id === undefined ? null : pathTo(paths.organisation, { id }),
      words: detailWords(detail),
    }
  }),
  allPath: shown.length < count ? `${path}?only=${kind}` : null,
})
