import { second } from '#kernel/clock.ts'
import type { Metric } from '#kernel/metric-text.ts'
import type { Signon } from '#store/signon.ts'

/** How the queue stands, as all processes see it, and when each job of the calendar last ended well. */
export const queueMetrics = async (
  signon: Signon,
  calendar: readonly string[],
): Promise<readonly Metric[]> => {
  const queues = await signon.single.operations.queues()
  const runs = await signon.single.operations.lastRuns(calendar)
  const gauge = (
    name: string,
    about: string,
    numberOf: (queue: (typeof queues)[number]) => number,
  ): Metric => ({
    name,
    about,
    kind: 'gauge',
    series: queues.map((queue) => ({ labels: { job_name: queue.task }, value: numberOf(queue) })),
  })
  return [
    gauge('signon_queue_backlog', 'Jobs that are due and wait for a worker.', ({ due }) => due),
    gauge(
      'signon_queue_latency_seconds',
      'How long the job that has waited longest has been due.',
      ({ secondsDue }) => secondsDue,
    ),
    gauge(
      'signon_queue_retrying',
      'Jobs that failed and wait for their next try.',
      ({ retrying }) => retrying,
    ),
    gauge('signon_queue_dead', 'Jobs that failed for good, until somebody decides.', ({ dead }) => dead),
    {
      name: 'signon_schedule_last_success_timestamp_seconds',
      about: 'When a scheduled job last ended well; when it first began, while it never has.',
      kind: 'gauge',
      series: runs.map(({ task, endedAt }) => ({
        labels: { job_name: task },
        value: endedAt.getTime() / second,
      })),
    },
  ]
}
