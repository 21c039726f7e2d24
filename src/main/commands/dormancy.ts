import { deleteNeverSignedIn } from '#features/dormancy/delete-never-signed-in.ts'
import { sendSuspensionReminders } from '#features/dormancy/send-suspension-reminders.ts'
import { suspendInactive } from '#features/dormancy/suspend-inactive.ts'
import type { Outcome, Run } from '#features/dormancy/walk.ts'
import { warnInviters } from '#features/dormancy/warn-inviters.ts'
import { type Answer, type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { columns, oneLine } from './lines.ts'
import { flag } from './options.ts'

const dryRun = flag('Say what would change, and change nothing.')

export const dormancyCommands: readonly Command[] = [
  command({
    words: 'users suspend-inactive',
    summary: 'Suspend everybody who has not signed in for 45 days.',
    details: 'The worker does it every day, but in staging. The last active superadmin stays.',
    options: { dryRun },
    run: ({ dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) =>
        answerOf(await suspendInactive(signon, operator, { isRehearsal }), isRehearsal, {
          done: 'suspended',
          wouldBe: 'would be suspended',
        }),
      ),
  }),

  command({
    words: 'users send-suspension-reminders',
    summary: 'Remind everybody who will be suspended in 14, 7 or 3 days, or tomorrow.',
    details: 'The worker does it every day, but in staging. Nobody is reminded twice of the same.',
    options: { dryRun },
    run: ({ dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) =>
        answerOf(await sendSuspensionReminders(signon, operator, { isRehearsal }), isRehearsal, {
          done: 'reminded',
          wouldBe: 'would be reminded',
        }),
      ),
  }),

  command({
    words: 'users delete-never-signed-in',
    summary: 'Delete everybody who was invited more than 90 days ago and never signed in.',
    details:
      'The worker does it every day, but in staging. Whoever invited somebody is warned 7 days before by mail.',
    options: { dryRun },
    run: ({ dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const deleted = await deleteNeverSignedIn(signon, operator, { isRehearsal })
        const warned = await warnInviters(signon, operator, { isRehearsal })
        const answer = answerOf(deleted, isRehearsal, { done: 'deleted', wouldBe: 'would be deleted' })
        const about = answerOf(warned, isRehearsal, {
          done: 'inviter warned',
          wouldBe: 'inviter would be warned',
        })
        return {
          ...answer,
          document: { ...answer.document, warnings: about.document },
          lines: [...answer.lines, ...about.lines],
          ...(about.problem !== undefined && { problem: about.problem }),
        }
      }),
  }),
]

interface Words {
  readonly done: string
  readonly wouldBe: string
}

const otherwise = {
  'passed over': 'passed over: changed just now',
  'last superadmin': 'stays: the last active superadmin',
  failed: 'failed',
} as const satisfies Record<Exclude<Outcome, 'done'>, string>

const answerOf = ({ matched, changed, details }: Run, isRehearsal: boolean, words: Words) => {
  const wordsOf = (outcome: Outcome): string =>
    outcome === 'done' ? (isRehearsal ? words.wouldBe : words.done) : otherwise[outcome]
  const told = details.map(({ email, outcome }) => ({ email, outcome: wordsOf(outcome) }))
  const failed = details.filter(({ outcome }) => outcome === 'failed').length
  return {
    document: { matched, changed, details: told, ...(isRehearsal && { dry_run: true }) },
    lines: [
      ...columns(told.map(({ email, outcome }) => [email, outcome])),
      oneLine(`${matched} found, ${changed} ${words.done}.`),
    ],
    ...(failed > 0 && { problem: `${failed} failed. Run it again; bin/signon doctor may know why.` }),
  } satisfies Answer
}
