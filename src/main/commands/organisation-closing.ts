import { type Closing, closeOrganisation } from '#features/organisations/close-organisation.ts'
import { type Merging, mergeOrganisations } from '#features/organisations/merge-organisations.ts'
import { type Answer, type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { columns, oneLine } from './lines.ts'
import { dryRun } from './options.ts'
import { organisationNamed } from './which-organisation.ts'

export const organisationClosingCommands: readonly Command[] = [
  command({
    words: 'organisations close',
    operands: ['organisation'],
    summary: 'Close an organisation: nobody is put into it any more.',
    details: `By slug or content id. Whoever is in it stays. The next import opens it again unless GOV.UK has closed it, too. Doing it again changes nothing.`,
    options: { dryRun },
    run: ({ organisation: typed, dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const organisation = organisationNamed(typed)
        const closing = await closeOrganisation(signon, operator, { organisation, isRehearsal })
        return answerOfClosing(closing, isRehearsal)
      }),
  }),
  command({
    words: 'organisations merge',
    operands: ['from', 'into'],
    summary: 'Move everybody in one organisation to another.',
    details: `Both by slug or content id. Applications are told of everybody. When it is broken off, run it again: it goes on.`,
    options: { dryRun },
    run: ({ from, into, dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const both = { from: organisationNamed(from), into: organisationNamed(into) }
        return answerOfMerging(
          await mergeOrganisations(signon, operator, { ...both, isRehearsal }),
          isRehearsal,
        )
      }),
  }),
]

const answerOfClosing = ({ organisation, hasChanged, people }: Closing, isRehearsal: boolean): Answer => {
  const outcome = hasChanged ? (isRehearsal ? 'would be closed' : 'closed') : 'closed already'
  const inIt = people === 1 ? '1 person is in it, and stays.' : `${people} people are in it, and stay.`
  return {
    document: {
      matched: 1,
      changed: hasChanged && !isRehearsal ? 1 : 0,
      people,
      details: [{ organisation: organisation.slug, outcome }],
      ...(isRehearsal && { dry_run: true }),
    },
    lines: [
      oneLine(`${organisation.name}: ${outcome}. ${inIt}`),
      hasChanged
        ? 'The next import opens it again unless GOV.UK has closed it, too.'
        : 'Nothing was changed.',
    ],
  }
}

const answerOfMerging = ({ from, into, matched, emails }: Merging, isRehearsal: boolean): Answer => {
  const outcome = isRehearsal ? 'would be moved' : 'moved'
  const people = emails.length === 1 ? '1 person' : `${emails.length} people`
  return {
    document: {
      from: from.slug,
      into: into.slug,
      matched,
      changed: isRehearsal ? 0 : emails.length,
      details: emails.map((email) => ({ email, outcome })),
      ...(isRehearsal && { dry_run: true }),
    },
    lines: [
      ...columns(emails.map((email) => [email, outcome])),
      oneLine(`${people} ${outcome} from ${from.name} to ${into.name}.`),
    ],
  }
}
