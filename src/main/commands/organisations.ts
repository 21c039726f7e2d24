import { type RequirementChange, requireTwoStepOf } from '#features/organisations/require-two-step-of.ts'
import type { MemberStanding } from '#store/organisation-pages.ts'
import { type Answer, type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { columns, oneLine } from './lines.ts'
import { flag } from './options.ts'

export const organisationCommands: readonly Command[] = [
  command({
    words: 'organisations require-2sv',
    operands: ['slug'],
    summary: 'Make everybody in an organisation use 2-step verification.',
    details:
      'Whoever has not set it up, and is not exempt, is asked at their next click and told by mail. Doing it again changes nothing.',
    options: {
      off: flag('Require it of everybody in the organisation no more.'),
      dryRun: flag('Say what would change, and change nothing.'),
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
