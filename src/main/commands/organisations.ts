import { organisationLabel } from '#domain/organisation.ts'
import { listOrganisations } from '#features/organisations/list-organisations.ts'
import { type PlacedOrganisation, showOrganisation } from '#features/organisations/look-at-organisation.ts'
import { originWords } from '#features/organisations/origin-words.ts'
import { type RequirementChange, requireTwoStepOf } from '#features/organisations/require-two-step-of.ts'
import { countOf } from '#kernel/count.ts'
import type { MemberStanding } from '#store/organisation-pages.ts'
import type { Neighbour } from '#store/organisation-parents.ts'
import type { ListedOrganisation } from '#store/organisations.ts'
import { type Answer, type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { columns, moment, oneLine, table } from './lines.ts'
import { dryRun, flag } from './options.ts'
import { organisationNamed } from './which-organisation.ts'

export const organisationCommands: readonly Command[] = [
  command({
    words: 'organisations list',
    summary: 'List all organisations.',
    run: (_, environment) =>
      withSignon(environment, async (signon, operator) => {
        const organisations = await listOrganisations(signon, operator)
        const rows = organisations.map((one) => [one.slug, organisationLabel(one), one.contentId])
        return {
          document: organisations.map(documentOf),
          lines: table(['Slug', 'Name', 'Content id'], rows, 'There are no organisations yet.'),
        }
      }),
  }),

  command({
    words: 'organisations show',
    operands: ['organisation'],
    summary: 'Show an organisation, what is above and below it, and who says so.',
    details: 'By slug or content id.',
    run: ({ organisation }, environment) =>
      withSignon(environment, async (signon, operator) =>
        answerOfPlaced(await showOrganisation(signon, operator, organisationNamed(organisation))),
      ),
  }),

  command({
    words: 'organisations require-2sv',
    operands: ['slug'],
    summary: 'Make everybody in an organisation use 2-step verification.',
    details:
      'Whoever has not set it up, and is not exempt, is asked at their next click and told by mail. Doing it again changes nothing.',
    options: {
      off: flag('Require it of everybody in the organisation no more.'),
      dryRun,
    },
    run: ({ slug, off, dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const change = await requireTwoStepOf(
          signon,
          operator,
          { organisation: { slug }, isRequired: !off, isRehearsal },
          { withMembers: true },
        )
        return answerOf(change, !off, isRehearsal)
      }),
  }),
]

const documentOf = (organisation: ListedOrganisation) => ({
  id: organisation.id,
  slug: organisation.slug,
  content_id: organisation.contentId,
  name: organisation.name,
  abbreviation: organisation.abbreviation,
  closed: organisation.isClosed,
})

const answerOfPlaced = ({ organisation, neighbours, reach }: PlacedOrganisation): Answer => {
  const { parents, children } = neighbours
  const lineOf = (kind: string) => (one: Neighbour) => [kind, one.slug, one.name, originWords(one)]
  return {
    document: {
      ...documentOf(organisation),
      format: organisation.format,
      vanished_at: organisation.vanishedAt?.toISOString() ?? null,
      requires_two_step: organisation.requiresTwoStep,
      reach,
      parents: parents.map(documentOfNeighbour),
      children: children.map(documentOfNeighbour),
    },
    lines: [
      oneLine(`${organisationLabel(organisation)} (${organisation.slug}, ${organisation.contentId})`),
      ...(organisation.vanishedAt ? [`Not listed on GOV.UK since ${moment(organisation.vanishedAt)}.`] : []),
      `Below it: ${countOf(reach.organisations, 'organisation', 'organisations')}. In it and in those: ${countOf(reach.people, 'person', 'people')}.`,
      ...columns([...parents.map(lineOf('parent')), ...children.map(lineOf('child'))]),
    ],
  }
}

const documentOfNeighbour = ({ slug, name, isInSource, isEffective, rule }: Neighbour) => ({
  slug,
  name,
  effective: isEffective,
  in_source: isInSource,
  rule: rule && { ...rule, since: rule.since.toISOString() },
})

const answerOf = (change: RequirementChange, isRequired: boolean, isRehearsal: boolean): Answer => {
  const { organisation, hasChanged, standings, members } = change
  const changed = hasChanged && !isRehearsal ? standings.asked : 0
  const details = members.map(({ email, standing }) => ({ email, outcome: outcomeOf(standing, isRequired) }))
  const requirement = `2-step verification is ${isRequired ? 'required' : 'not required'} of everybody in ${organisation.name}`
  const asked = `${standings.asked} of ${members.length} members ${isRequired ? 'are asked to set it up' : 'are not asked any more'}.`
  return {
    document: {
      organisation: organisation.slug,
      matched: members.length,
      changed,
      details,
      ...(isRehearsal && { dry_run: true }),
    },
    lines: [
      ...columns(details.map(({ email, outcome }) => [email, outcome])),
      oneLine(
        hasChanged
          ? `${isRehearsal ? 'Would be so: ' : ''}${requirement}. ${asked}`
          : `${requirement} already. Nothing was changed.`,
      ),
    ],
  }
}

const outcomeOf = (standing: MemberStanding, isRequired: boolean): string =>
  standing === 'asked' && !isRequired ? 'not asked any more' : outcomes[standing]

const outcomes = {
  'set up': 'has set it up',
  exempt: 'exempt',
  suspended: 'suspended',
  'required otherwise': 'asked anyway, by role or in person',
  asked: 'asked to set it up',
} as const satisfies Record<MemberStanding, string>
