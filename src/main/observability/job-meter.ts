import { second } from '#kernel/clock.ts'
import type { Metric } from '#kernel/metric-text.ts'
import { type Histogram, histogram } from './histogram.ts'

/** How one try of a job ended: `dead` is a failure after which nobody tries again. */
export type JobEnd = 'done' | 'failed' | 'dead'

/** Counts the jobs of this process by name, for as long as it lives. */
export interface JobMeter {
  begin(name: string): void
  end(name: string, end: JobEnd, milliseconds: number): void
  metrics(): readonly Metric[]
}

interface JobCounts {
  readonly name: string
  busy: number
  readonly duration: Histogram
  readonly ends: Record<JobEnd, number>
}

/** What a worker has done so far. Names come from the catalogue of jobs, so there are only so many series. */
export const jobMeter = (): JobMeter => {
  const jobs = new Map<string, JobCounts>()
  const countsOf = (name: string): JobCounts => {
    const known = jobs.get(name)
    if (known) return known
    const counts = { name, busy: 0, duration: histogram(), ends: { done: 0, failed: 0, dead: 0 } }
    jobs.set(name, counts)
    return counts
  }
  return {
    begin(name) {
      countsOf(name).busy += 1
    },
    end(name, end, milliseconds) {
      const counts = countsOf(name)
      counts.busy -= 1
      counts.ends[end] += 1
      counts.duration.observe(milliseconds / second)
    },
    metrics: () => metricsOf([...jobs.values()]),
  }
}

const metricsOf = (jobs: readonly JobCounts[]): readonly Metric[] => {
  const counter = (name: string, about: string, numberOf: (counts: JobCounts) => number): Metric => ({
    name,
    about,
    kind: 'counter',
    series: jobs.map((counts) => ({ labels: { job_name: counts.name }, value: numberOf(counts) })),
  })
  return [
    counter('signon_jobs_total', 'Tries of jobs that ended, well or not.', ({ duration }) =>
      duration.count(),
    ),
    counter('signon_failed_jobs_total', 'Tries of jobs that failed.', ({ ends }) => ends.failed + ends.dead),
    counter('signon_dead_jobs_total', 'Jobs that failed for the last time.', ({ ends }) => ends.dead),
    {
      name: 'signon_job_duration_seconds',
      about: 'How long tries of jobs took.',
      kind: 'histogram',
      series: jobs.flatMap(({ name, duration }) => duration.series({ job_name: name })),
    },
    {
      name: 'signon_jobs_busy',
      about: 'Jobs that this worker does now.',
      kind: 'gauge',
      series: jobs.map(({ name, busy }) => ({ labels: { job_name: name }, value: busy })),
    },
  ]
}
