import { type ScheduledJobName, scheduledJobNamed, scheduledJobNames, scheduleIn } from '#domain/jobs.ts'
import { timesInWords } from '#domain/times.ts'
import { latestRuns, runHere } from '#features/records/runs.ts'
import { numbersInWords } from '#features/records/scheduled-job-words.ts'
import { NotFound } from '#kernel/failure.ts'
import type { Config } from '#main/config.ts'
import type { Connection } from '#store/connection.ts'
import type { JobRun } from '#store/job-runs.ts'
import type { Signon } from '#store/signon.ts'
import { problemOf } from './answer-of-run.ts'
import { type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { moment, table } from './lines.ts'

export const jobCommands: readonly Command[] = [
  command({
    words: 'jobs list',
    summary: 'Show the scheduled jobs: when each runs here, and what came of it last.',
    run: (_, environment) =>
      withSignon(environment, async (signon, operator, config) => {
        const schedule = scheduleIn(config.environment, config.scheduleChanges)
        const runs = new Map((await latestRuns(signon, operator)).map((run) => [run.task, run]))
        return {
          document: scheduledJobNames.map((name) => ({
            job: name,
            times: schedule[name] ?? null,
            last_run: runOf(runs.get(name)),
          })),
          lines: table(
            ['Job', 'When', 'Last run', 'Outcome'],
            scheduledJobNames.map((name) => rowOf(name, schedule[name], runs.get(name))),
            'There are no scheduled jobs.',
          ),
        }
      }),
  }),

  command({
    words: 'jobs run',
    summary: 'Do a scheduled job now, in this process, and say what came of it.',
    details:
      'Names: see jobs list. Its run is kept with those of the workers, who may do the same job meanwhile.',
    operands: ['name'],
    run: ({ name }, environment) =>
      withSignon(environment, async (signon, operator, config, db) => {
        const job = scheduledJobNamed(name)
        if (!job)
          throw new NotFound(`There is no scheduled job ${name}: use ${scheduledJobNames.join(', ')}.`)
        await runHere(signon, operator, job)
        const did = await doNow(job, signon, db, config)
        return {
          document: { job, did },
          lines: [`Done: ${numbersInWords(did)}.`],
          ...problemOf(did['failed'] ?? 0),
        }
      }),
  }),
]

const rowOf = (name: ScheduledJobName, times: string | undefined, last: JobRun | undefined) => [
  name,
  times === undefined ? 'not scheduled here' : timesInWords(times),
  last ? moment(last.beganAt) : 'never',
  last ? outcomeOf(last) : '',
]

const outcomeOf = ({ outcome, did, reason }: JobRun): string =>
  [outcome ?? 'under way', did && numbersInWords(did), reason].filter(Boolean).join(': ')

const runOf = (run: JobRun | undefined) =>
  run
    ? {
        began_at: run.beganAt.toISOString(),
        ended_at: run.endedAt?.toISOString() ?? null,
        outcome: run.outcome,
        did: run.did,
        reason: run.reason,
      }
    : null

/** Loads what jobs need only now, and is known by its connection as long as it works. */
const doNow = async (job: ScheduledJobName, signon: Signon, db: Connection, config: Config) => {
  const { recordedRun, scheduledJobs } = await import('#main/queue/scheduled-jobs.ts')
  const { createErrorLogger } = await import('#main/observability/logger.ts')
  const { openCluster } = await import('#outside/kubernetes.ts')
  const { organisationsApi } = await import('#outside/organisation-source.ts')
  const { withNamedConnection } = await import('#store/job-runs.ts')
  const { cluster } = config
  const jobs = scheduledJobs({
    signon,
    db,
    logger: createErrorLogger('command'),
    organisations: organisationsApi(config.websiteRoot),
    openCluster: cluster && (() => openCluster(cluster)),
  })
  const worker = `command-${signon.random.uuid()}`
  return withNamedConnection(db, worker, () =>
    recordedRun(signon, { task: job, job: null, worker }, jobs[job]),
  )
}
