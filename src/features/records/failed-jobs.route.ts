import type { JobName } from '#domain/jobs.ts'
import { shortLondonMoment } from '#domain/london-time.ts'
import { thousands } from '#kernel/count.ts'
import { NotFound } from '#kernel/failure.ts'
import { rowId } from '#kernel/token.ts'
import type { FailedJob } from '#store/queue.ts'
import { askingPage, type Confirmation } from '#web/confirmation.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { type FailedJobsView, failedJobsPage } from './failed-jobs.page.ts'
import {
  countFailedJobs,
  discardJob,
  listFailedJobs,
  mostRetriedAtOnce,
  retryAllJobs,
  retryJob,
  seekFailedJob,
} from './failed-jobs.ts'
import { errorWords, jobWords } from './job-words.ts'

const jobsOnPage = 25
/** In place of a job’s number. */
const all = 'all'

export const failedJobsRoutes: Routes = (scope, signon) => {
  const config = { may: 'look after failed jobs' } as const

  scope.get(paths.recordsFailedJobs, { config }, async (request, reply) => {
    const before = rowId(onlyText(request.query, 'before') ?? '')
    const actor = actorOf(request)
    const found = await listFailedJobs(signon, actor, before, jobsOnPage + 1)
    const jobs = found.slice(0, jobsOnPage)
    const last = found.length > jobsOnPage ? jobs.at(-1) : undefined
    return reply.page(
      failedJobsPage({
        count: await countFailedJobs(signon, actor),
        jobs: jobs.map(viewOf),
        retryAllPath: pathTo(paths.recordsRetryJob, { id: all }),
        newestPath: before === undefined ? null : paths.recordsFailedJobs,
        olderPath: last ? `${paths.recordsFailedJobs}?before=${last.id}` : null,
      }),
    )
  })

  scope.post(paths.recordsRetryJob, { config }, async (request, reply) => {
    if (onlyText(request.params, 'id') === all) {
      request.browser.say(wordsOfAll(await retryAllJobs(signon, actorOf(request))))
      return reply.redirect(paths.recordsFailedJobs, 303)
    }
    return answer(
      request,
      reply,
      await retryJob(signon, actorOf(request), idOf(request)),
      'is tried again now',
    )
  })

  scope.get(paths.recordsDiscardJob, { config }, async (request, reply) => {
    const job = await seekFailedJob(signon, actorOf(request), idOf(request))
    return job ? reply.page(askingPage(giveUpPlace, givingUp(job))) : answer(request, reply, undefined, '')
  })

  scope.post(paths.recordsDiscardJob, { config }, async (request, reply) =>
    answer(request, reply, await discardJob(signon, actorOf(request), idOf(request)), 'is given up'),
  )
}

const giveUpPlace = {
  caption: null,
  breadcrumbs: [
    { text: 'Records', href: paths.records },
    { text: 'Failed jobs', href: paths.recordsFailedJobs },
  ],
  action: null,
  cancelPath: paths.recordsFailedJobs,
} as const

const messages: readonly string[] = [
  'send-mail',
  'push-user-update',
  'push-reauthentication',
] satisfies JobName[]

const givingUp = (job: FailedJob): Confirmation => {
  const [what, done] = messages.includes(job.task) ? ['message', 'sent'] : ['job', 'done']
  return {
    title: `Give up on this ${what}?`,
    paragraphs: [`${calledFor(job)}.`, `It will not be ${done}, and cannot be brought back.`],
    button: 'Give up',
    isWarning: true,
  }
}

/** `‘Push user update’ for Ada`. */
const calledFor = (job: FailedJob): string => `‘${jobWords(job)}’${job.user ? ` for ${job.user.name}` : ''}`

const answer = (request: Request, reply: Reply, job: FailedJob | undefined, done: string): Reply => {
  if (job) request.browser.say(`${calledFor(job)} ${done}.`)
  else
    request.browser.say(
      'That job is not among the failed ones any more: somebody else has had it tried again or given it up, or a newer one has replaced it. Nothing was changed now.',
      { isSuccess: false },
    )
  return reply.redirect(paths.recordsFailedJobs, 303)
}

const wordsOfAll = (count: number): string => {
  if (count === 0) return 'No job was left to try again.'
  if (count === 1) return 'One job is tried again now.'
  const more = count === mostRetriedAtOnce ? ' If some are left, press the button again.' : ''
  return `${thousands(count)} jobs are tried again now.${more}`
}

const idOf = ({ params }: Request): string => {
  const id = rowId(onlyText(params, 'id') ?? '')
  if (id === undefined) throw new NotFound('There is no job of this number.')
  return id
}

const viewOf = (job: FailedJob): FailedJobsView['jobs'][number] => {
  const [what, user] = [jobWords(job), job.user?.name ?? 'Nobody’s account, or one that is gone']
  const queued = shortLondonMoment(job.queuedAt)
  return {
    what,
    user,
    userPath:
      job.user && pathTo(job.user.kind === 'machine' ? paths.apiUser : paths.user, { id: job.user.id }),
    application: job.application?.name ?? 'None',
    error: `${errorWords(job.error)} (${job.attempts} attempts since ${queued})`,
    tried: shortLondonMoment(job.triedAt),
    called: `${what}, about ${user}, queued ${queued}, number ${job.id}`,
    retryPath: pathTo(paths.recordsRetryJob, { id: job.id }),
    discardPath: pathTo(paths.recordsDiscardJob, { id: job.id }),
  }
}
