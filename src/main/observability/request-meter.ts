import { second } from '#kernel/clock.ts'
import type { Metric } from '#kernel/metric-text.ts'
import { type Histogram, histogram } from './histogram.ts'

/** One request that was answered. */
export interface Answered {
  /** The pattern of its route, such as `/users/:id/edit`; nothing where no route has the address. */
  readonly route: string | undefined
  readonly method: string
  readonly status: number
  readonly milliseconds: number
  readonly sqlMilliseconds: number
}

/** Counts requests by route, for as long as the process lives. */
export interface RequestMeter {
  count(answered: Answered): void
  metrics(): readonly Metric[]
}

/** What is counted of one route and method. */
interface RouteCounts {
  readonly controller: string
  readonly action: string
  readonly byStatus: Map<number, number>
  readonly duration: Histogram
  readonly sqlDuration: Histogram
}

/**
 * Request metrics by the names of `reference/background-and-operations.md` 14: `controller` is the route's pattern,
 * `action` its method. Both come from our own routes, so there are only so many series whatever is asked for.
 */
export const requestMeter = (): RequestMeter => {
  const routes = new Map<string, RouteCounts>()
  const countsOf = (route: string | undefined, method: string): RouteCounts => {
    const key = route === undefined ? 'none' : `${method} ${route}`
    const known = routes.get(key)
    if (known) return known
    const counts = emptyCounts(route ?? 'none', route === undefined ? 'none' : method.toLowerCase())
    routes.set(key, counts)
    return counts
  }
  return {
    count({ route, method, status, milliseconds, sqlMilliseconds }) {
      const { byStatus, duration, sqlDuration } = countsOf(route, method)
      byStatus.set(status, (byStatus.get(status) ?? 0) + 1)
      duration.observe(milliseconds / second)
      sqlDuration.observe(sqlMilliseconds / second)
    },
    metrics: () => metricsOf([...routes.values()]),
  }
}

const emptyCounts = (controller: string, action: string): RouteCounts => ({
  controller,
  action,
  byStatus: new Map(),
  duration: histogram(),
  sqlDuration: histogram(),
})

const metricsOf = (routes: readonly RouteCounts[]): readonly Metric[] => [
  {
    name: 'http_requests_total',
    about: 'Requests answered, by route, method and status.',
    kind: 'counter',
    series: routes.flatMap(({ controller, action, byStatus }) =>
      [...byStatus].map(([status, value]) => ({
        labels: { controller, action, status: String(status) },
        value,
      })),
    ),
  },
  {
    name: 'http_request_duration_seconds',
    about: 'How long requests took.',
    kind: 'histogram',
    series: routes.flatMap(({ controller, action, duration }) => duration.series({ controller, action })),
  },
  {
    name: 'http_request_sql_duration_seconds',
    about: 'How much of that was spent in statements, those at the same time counted each.',
    kind: 'histogram',
    series: routes.flatMap(({ controller, action, sqlDuration }) =>
      sqlDuration.series({ controller, action }),
    ),
  },
]
