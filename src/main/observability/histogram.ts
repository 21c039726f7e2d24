import type { Series } from '#kernel/metric-text.ts'

/** Upper bounds in seconds (`reference/background-and-operations.md` 14). */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 25, 50] as const

/** How long things took, counted by how long. */
export interface Histogram {
  observe(seconds: number): void
  /** Everything that was observed, under these labels. */
  series(labels: Readonly<Record<string, string>>): readonly Series[]
  /** How many were observed. */
  count(): number
}

/** An empty histogram. To observe is to add to one of fifteen numbers, and to a sum. */
export const histogram = (): Histogram => {
  const counts = new Float64Array(bounds.length + 1)
  let sum = 0
  const count = (): number => counts.reduce((all, one) => all + one, 0)
  return {
    observe(seconds) {
      let bucket = 0
      while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket += 1
      counts[bucket] = (counts[bucket] ?? 0) + 1
      sum += seconds
    },
    count,
    series(labels) {
      let below = 0
      const buckets = bounds.map((bound, bucket): Series => {
        below += counts[bucket] ?? 0
        return { part: 'bucket', labels: { ...labels, le: String(bound) }, value: below }
      })
      return [
        ...buckets,
        { part: 'bucket', labels: { ...labels, le: '+Inf' }, value: count() },
        { part: 'sum', labels, value: sum },
        { part: 'count', labels, value: count() },
      ]
    },
  }
}
