import { scheduleIn } from '#domain/jobs.ts'
import { day, second, systemClock } from '#kernel/clock.ts'
import { reasonOf } from '#kernel/failure.ts'
import type { Config } from '#main/config.ts'
import { apiAddress } from '#outside/organisations-api.ts'
import type { QueueState } from '#store/operations.ts'
import type { Signon } from '#store/signon.ts'
import { bad, type Check, good, worthNoting } from './checks.ts'

/** How what runs is running: connections, workers, the queue, the calendar. The database must be up to date. */
export const runningChecks = async (
  { single: { operations } }: Signon,
  { environment, scheduleChanges }: Pick<Config, 'environment' | 'scheduleChanges'>,
): Promise<readonly Check[]> => [
  connectionCheck(await operations.connections()),
  workerCheck(await operations.workers()),
  queueCheck(await operations.queues()),
  scheduleCheck(await operations.lastRuns(Object.keys(scheduleIn(environment, scheduleChanges)))),
]

const fewConnections = 20

const connectionCheck = ({ open, allowed }: { readonly open: number; readonly allowed: number }): Check => {
  const left = allowed - open
  const message = `${left} of ${allowed} are left`
  if (left >= fewConnections) return good('connections', message)
  return worthNoting(
    'connections',
    `${message}. Raise max_connections of PostgreSQL, or lower SIGNON_DATABASE_CONNECTIONS.`,
  )
}

const workerCheck = (workers: number): Check =>
  workers > 0
    ? good('workers', `${workers} at work`)
    : worthNoting(
        'workers',
        'None is at work: mails, pushes and scheduled jobs wait. Start bin/signon worker.',
      )

const patienceSeconds = 300

const queueCheck = (queues: readonly QueueState[]): Check => {
  const sum = (of: 'due' | 'dead'): number => queues.reduce((all, queue) => all + queue[of], 0)
  const oldest = Math.max(0, ...queues.map(({ secondsDue }) => secondsDue))
  const faults = [
    oldest > patienceSeconds &&
      `The oldest job has been due for ${Math.round(oldest / 60)} minutes. Start more workers, or look into their log.`,
    sum('dead') > 0 &&
      `${sum('dead')} failed for good. Somebody should look at Records, Failed jobs, and try them again or give them up.`,
  ].filter((fault) => fault !== false)
  return faults.length === 0
    ? good('queue', `${sum('due')} jobs are due`)
    : worthNoting('queue', faults.join(' '))
}

/** The calendar has every job done within a day, unless it was changed. */
const lateDays = 2

const scheduleCheck = (runs: readonly { readonly task: string; readonly endedAt: Date }[]): Check => {
  const now = systemClock.now().getTime()
  const late = runs.filter(({ endedAt }) => now - endedAt.getTime() > lateDays * day).map(({ task }) => task)
  if (late.length > 0)
    return worthNoting(
      'schedule',
      `${late.join(', ')} did not end well for ${lateDays} days. bin/signon jobs list tells what came of them.`,
    )
  return good('schedule', runs.length === 0 ? 'nothing of the calendar has run yet' : 'nothing is late')
}

const feedSeconds = 5

/** Asks the website for the first page of its organisations, and reads none of it. */
export const feedCheck = async ({ websiteRoot }: Pick<Config, 'websiteRoot'>): Promise<Check> => {
  try {
    const signal = AbortSignal.timeout(feedSeconds * second)
    // As the import does.
    const answer = await fetch(apiAddress(websiteRoot), { redirect: 'manual', signal })
    await answer.body?.cancel()
    if (answer.ok) return good('organisations', `${websiteRoot} answers`)
    return bad(
      'organisations',
      `${websiteRoot} answers with status ${answer.status}. Check GOVUK_WEBSITE_ROOT.`,
    )
  } catch (error) {
    return worthNoting(
      'organisations',
      `${websiteRoot} does not answer (${causeOf(error)}): they are not imported. Check GOVUK_WEBSITE_ROOT and the way there.`,
    )
  }
}

/** `fetch failed` says nothing: what it failed with stands behind it. */
const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined
  if (!(cause instanceof Error)) return reasonOf(error)
  return 'code' in cause ? String(cause.code) : cause.message
}
