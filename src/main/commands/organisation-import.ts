import {
  detailWords,
  type ImportReport,
  importDetailKinds,
  importSummary,
} from '#domain/organisation-import-report.ts'
import { importOrganisations } from '#features/organisation-import/import-organisations.ts'
import type { Config } from '#main/config.ts'
import { type OrganisationSource, organisationsApi, organisationsFile } from '#outside/organisation-source.ts'
import { type Answer, type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { columns, oneLine } from './lines.ts'
import { dryRun, flag, text } from './options.ts'

export const organisationImportCommands: readonly Command[] = [
  command({
    words: 'organisations import',
    summary: 'Bring the organisations up to date with GOV.UK.',
    details:
      'The worker does it every night, but in staging. All of it is taken over, or nothing. Those that are not listed any more are kept, and marked.',
    options: {
      from: text(
        'URL-OR-FILE',
        'The website to read from, or a file of its organisations; GOVUK_WEBSITE_ROOT unless given.',
      ),
      allowShrinking: flag('Go on although more than a tenth of the organisations are gone.'),
      releaseSlugs: flag('Give the slug of one that is gone to another; that one gets another slug.'),
      dryRun,
    },
    run: ({ from, allowShrinking, releaseSlugs, dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator, config) => {
        const source = sourceOf(from, config)
        return answerOf(
          await importOrganisations(signon, operator, { source, allowShrinking, releaseSlugs, isRehearsal }),
          isRehearsal,
        )
      }),
  }),
]

const sourceOf = (from: string | undefined, { websiteRoot }: Config): OrganisationSource =>
  from === undefined || /^https?:/i.test(from)
    ? organisationsApi(from ?? websiteRoot)
    : organisationsFile(from)

const answerOf = (report: ImportReport, isRehearsal: boolean): Answer => {
  const { changedOtherwise, endedRules, refusedEdges, details, ...counts } = report
  return {
    document: {
      ...counts,
      changed_otherwise: changedOtherwise,
      ended_rules: endedRules,
      refused_edges: refusedEdges,
      details,
      ...(isRehearsal && { dry_run: true }),
    },
    lines: [
      ...columns(
        details.map((detail) => [
          importDetailKinds[detail.kind].heading,
          detail.organisation,
          detailWords(detail),
        ]),
      ),
      oneLine(`${isRehearsal ? 'Would be so: ' : ''}${importSummary(report)}.`),
    ],
  }
}
