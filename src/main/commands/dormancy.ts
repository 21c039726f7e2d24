import { deleteNeverSignedIn } from '#features/dormancy/delete-never-signed-in.ts'
import { sendSuspensionReminders } from '#features/dormancy/send-suspension-reminders.ts'
import { suspendInactive } from '#features/dormancy/suspend-inactive.ts'
import { warnInviters } from '#features/dormancy/warn-inviters.ts'
import { answerOfRun } from './answer-of-run.ts'
import { type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { dryRun } from './options.ts'

export const dormancyCommands: readonly Command[] = [
  command({
    words: 'users suspend-inactive',
    summary: 'Suspend everybody who has not signed in for 45 days.',
    details: 'The worker does it every day, but in staging. The last active superadmin stays.',
    options: { dryRun },
    run: ({ dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) =>
        answerOfRun(await suspendInactive(signon, operator, { isRehearsal }), isRehearsal, {
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
        answerOfRun(await sendSuspensionReminders(signon, operator, { isRehearsal }), isRehearsal, {
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
        const answer = answerOfRun(deleted, isRehearsal, { done: 'deleted', wouldBe: 'would be deleted' })
        const about = answerOfRun(warned, isRehearsal, {
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
