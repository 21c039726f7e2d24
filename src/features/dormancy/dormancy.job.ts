import type { Actor } from '#domain/events.ts'
import type { RunNumbers, ScheduledJobName } from '#domain/jobs.ts'
import { reasonOf } from '#kernel/failure.ts'
import type { Signon } from '#store/signon.ts'
import type { Run, RunOptions } from '#store/walk.ts'
import { deleteNeverSignedIn } from './delete-never-signed-in.ts'
import { sendSuspensionReminders } from './send-suspension-reminders.ts'
import { suspendInactive } from './suspend-inactive.ts'
import { warnInviters } from './warn-inviters.ts'

/** Where a job writes what it came to. */
export interface Journal {
  info(facts: object, message: string): void
  error(facts: object, message: string): void
}

type Doing = (signon: Signon, actor: Actor, options: RunOptions) => Promise<Run>

const calendar: Actor = { kind: 'signon' }

/** What the calendar starts for accounts that nobody uses. A run that ends half way is taken up again by the next. */
export const dormancyJobs = (signon: Signon, journal: Journal) => {
  const job =
    (name: ScheduledJobName, doings: Readonly<Record<string, Doing>>) => async (): Promise<RunNumbers> => {
      const numbers: Record<string, number> = {}
      let failed = 0
      for (const [done, doing] of Object.entries(doings)) {
        const onFailure: RunOptions['onFailure'] = ({ id }, error) => {
          failed += 1
          journal.error({ job: name, user: id, reason: reasonOf(error) }, 'an account was passed over')
        }
        const { matched, changed } = await doing(signon, calendar, { onFailure })
        journal.info({ job: name, run: doing.name, matched, changed }, 'went through all accounts')
        numbers[done] = changed
      }
      return { ...numbers, failed }
    }
  return {
    'suspend-inactive': job('suspend-inactive', { suspended: suspendInactive }),
    'send-suspension-reminders': job('send-suspension-reminders', { reminded: sendSuspensionReminders }),
    'delete-never-signed-in': job('delete-never-signed-in', {
      deleted: deleteNeverSignedIn,
      warned: warnInviters,
    }),
  } satisfies Partial<Record<ScheduledJobName, () => Promise<RunNumbers>>>
}
