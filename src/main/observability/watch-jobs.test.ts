import { deepEqual, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JobHelpers, Task, TaskList } from 'graphile-worker'
import { currentOrigin, onwardHeaders } from './activity.ts'
import { jobMeter } from './job-meter.ts'
import { watchedTasks } from './watch-jobs.ts'

/** Does a job as the queue does it, at this attempt of two. */
const doIt = async (tasks: TaskList, name: string, payload: unknown, attempts = 1): Promise<unknown> =>
  (tasks[name] as Task)(payload as never, { job: { attempts, max_attempts: 2 } } as unknown as JobHelpers)

describe('jobs that are watched', () => {
  it('are counted by name and by how they ended', async () => {
    const meter = jobMeter()
    const fails = async (): Promise<void> => {
      throw new Error('It failed')
    }
    const tasks = watchedTasks({ works: async () => undefined, fails }, meter)
    await doIt(tasks, 'works', {})
    await rejects(doIt(tasks, 'fails', {}, 1), /It failed/)
    await rejects(doIt(tasks, 'fails', {}, 2), /It failed/)
    const counts = meter
      .metrics()
      .filter(({ kind, name }) => kind === 'counter' || name === 'signon_jobs_busy')
      .map(({ name, series }) => [name, series.map(({ labels, value }) => `${labels['job_name']} ${value}`)])
    deepEqual(counts, [
      ['signon_jobs_total', ['works 1', 'fails 2']],
      ['signon_failed_jobs_total', ['works 0', 'fails 2']],
      ['signon_dead_jobs_total', ['works 0', 'fails 1']],
      ['signon_jobs_busy', ['works 0', 'fails 0']],
    ])
  })

  it('carry on the id of the request that they follow from and who sent it, to the jobs that they queue and to whom they call', async () => {
    const seen: unknown[] = []
    const look = async (): Promise<void> => {
      await Promise.resolve()
      seen.push(currentOrigin(), onwardHeaders())
    }
    const tasks = watchedTasks({ look }, jobMeter())
    await doIt(tasks, 'look', { user: 1, request: '4-1466413243.374-10.3.3.3-389', actingUser: 'a-uid' })
    await doIt(tasks, 'look', {})
    deepEqual(seen, [
      { request: '4-1466413243.374-10.3.3.3-389', actingUser: 'a-uid' },
      { 'govuk-request-id': '4-1466413243.374-10.3.3.3-389', 'x-govuk-authenticated-user': 'a-uid' },
      {},
      {},
    ])
  })
})
