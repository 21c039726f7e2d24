import { type Schedule, type ScheduledJobName, scheduledJobNamed, scheduledJobNames } from '#domain/jobs.ts'
import { shortLondonMoment } from '#domain/london-time.ts'
import { timesInWords } from '#domain/times.ts'
import { NotFound } from '#kernel/failure.ts'
import type { JobRun } from '#store/job-runs.ts'
import { askingPage } from '#web/confirmation.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { runConfirmations } from './run-confirmations.ts'
import { type RunView, runsOfJobPage, runsPage } from './runs.page.ts'
import { latestRuns, runNow, runsOf } from './runs.ts'
import { durationInWords, numbersInWords, scheduledJobWords } from './scheduled-job-words.ts'

/** What is scheduled, what came of it, and doing it now. */
export const runsRoutes =
  (schedule: Schedule): Routes =>
  (scope, signon) => {
    const config = { may: 'look after scheduled jobs' } as const
    const factsOf = (job: ScheduledJobName) => {
      const times = schedule[job]
      return {
        ...scheduledJobWords[job],
        path: pathTo(paths.recordsRunsOfJob, { job }),
        confirmPath: job in runConfirmations ? pathTo(paths.recordsRunConfirm, { job }) : null,
        times: times === undefined ? null : timesInWords(times),
      }
    }

    scope.get(paths.recordsRuns, { config }, async (request, reply) => {
      const runs = new Map((await latestRuns(signon, actorOf(request))).map((run) => [run.task, run]))
      const now = signon.clock.now()
      const jobs = scheduledJobNames.map((job) => {
        const last = runs.get(job)
        return { ...factsOf(job), last: last ? viewOf(last, now) : null }
      })
      return reply.page(runsPage({ jobs }))
    })

    scope.get(paths.recordsRunsOfJob, { config }, async (request, reply) => {
      const job = jobOf(request)
      const runs = await runsOf(signon, actorOf(request), job)
      const now = signon.clock.now()
      return reply.page(runsOfJobPage({ ...factsOf(job), runs: runs.map((run) => viewOf(run, now)) }))
    })

    scope.get(paths.recordsRunConfirm, { config }, async (request, reply) => {
      const job = jobOf(request)
      const question = runConfirmations[job]
      if (!question) throw new NotFound('This job is started without a question.')
      const path = pathTo(paths.recordsRunsOfJob, { job })
      const breadcrumbs = [
        { text: 'Records', href: paths.records },
        { text: 'Scheduled work', href: paths.recordsRuns },
        { text: scheduledJobWords[job].name, href: path },
      ]
      const place = { caption: null, breadcrumbs, action: path, cancelPath: path }
      const { title, consequence } = question
      return reply.page(
        askingPage(place, { title, paragraphs: [consequence], button: 'Run now', isWarning: true }),
      )
    })

    scope.post(paths.recordsRunsOfJob, { config }, async (request, reply) => {
      const job = jobOf(request)
      await runNow(signon, actorOf(request), job)
      request.browser.say(
        `‘${scheduledJobWords[job].name}’ was asked for. A worker begins it in a moment; look here again for what came of it.`,
      )
      return reply.redirect(paths.recordsRuns, 303)
    })
  }

const jobOf = ({ params }: Request): ScheduledJobName => {
  const job = scheduledJobNamed(onlyText(params, 'job') ?? '')
  if (!job) throw new NotFound('There is no scheduled job of this name.')
  return job
}

const outcomes = { done: 'Done', failed: 'Failed', lost: 'Lost' } as const

const viewOf = ({ beganAt, endedAt, outcome, did, reason }: JobRun, now: Date): RunView => ({
  began: shortLondonMoment(beganAt),
  lasted: durationInWords((endedAt ?? now).getTime() - beganAt.getTime()),
  did: did ? numbersInWords(did) : 'Not known',
  trouble: outcome === 'lost' ? 'It was cut off before it ended. What a worker began is done again.' : reason,
  outcome: outcome ? outcomes[outcome] : 'Under way',
})
