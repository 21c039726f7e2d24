import { deleteExpired } from '#features/housekeeping/delete-expired.ts'
import { deleteOldEvents } from '#features/housekeeping/delete-old-events.ts'
import { type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { columns } from './lines.ts'
import { dryRun } from './options.ts'

export const housekeepingCommands: readonly Command[] = [
  command({
    words: 'oauth-access-records delete-expired',
    summary: 'Remove expired codes and tokens of people, and expired sessions.',
    details: 'The worker does it every hour. Which applications somebody has used stays known.',
    options: { dryRun },
    run: ({ dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const removed = await deleteExpired(signon, operator, { isRehearsal })
        const { authorizations, sessions, throttles } = removed
        const matched = authorizations + sessions + throttles
        const details = Object.entries(removed).map(([records, count]) => ({ records, count }))
        const verb = isRehearsal ? 'Would delete' : 'Deleted'
        return {
          document: {
            matched,
            changed: isRehearsal ? 0 : matched,
            details,
            ...(isRehearsal && { dry_run: true }),
          },
          lines: [
            `${verb} ${authorizations} expired sign-ins to applications, with their codes and tokens`,
            `${verb} ${sessions} expired sessions`,
            `${verb} ${throttles} old counts of attempts`,
          ],
        }
      }),
  }),

  command({
    words: 'events delete-older-than-two-years',
    summary: 'Remove the months of the log that are two years old.',
    details:
      'The worker does it every day. Whole months go, when their last instant is two years old; nothing younger can be removed.',
    options: { dryRun },
    run: ({ dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const parts = await deleteOldEvents(signon, operator, { isRehearsal })
        const [gone, busy] = [
          parts.filter(({ outcome }) => outcome === 'dropped'),
          parts.filter(({ outcome }) => outcome === 'busy'),
        ]
        const count = gone.reduce((sum, { events }) => sum + events, 0)
        const outcome = isRehearsal ? 'would be deleted' : 'deleted'
        return {
          document: {
            matched: parts.reduce((sum, { events }) => sum + events, 0),
            changed: isRehearsal ? 0 : count,
            details: parts.map((one) => ({ ...one, outcome: one.outcome === 'busy' ? 'busy' : outcome })),
            ...(isRehearsal && { dry_run: true }),
          },
          lines: [
            ...columns(
              parts.map((one) => [
                one.part,
                `${one.events} events`,
                one.outcome === 'busy' ? 'busy' : outcome,
              ]),
            ),
            `${count} event log entries ${outcome}.`,
          ],
          ...(busy.length > 0 && { problem: 'The log was too busy for some. Run it again.' }),
        }
      }),
  }),
]
