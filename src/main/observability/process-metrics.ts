import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Metric } from '#kernel/metric-text.ts'
import { type Connection, connectionsOf } from '#store/connection.ts'

const nanosecondsPerSecond = 1e9

/** Memory, processor, event loop and connections of this process. Begins to watch the event loop, until `stop`. */
export const processMetrics = (db: Connection): { metrics(): readonly Metric[]; stop(): void } => {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  return {
    metrics() {
      const lag = { p50: delay.percentile(50), p99: delay.percentile(99), max: delay.max }
      // Of the time since it was asked last.
      delay.reset()
      return [...memory(), loop(lag), ...connections(db)]
    },
    stop: () => void delay.disable(),
  }
}

const gauge = (name: string, about: string, value: number): Metric => ({
  name,
  about,
  kind: 'gauge',
  series: [{ labels: {}, value }],
})

const memory = (): readonly Metric[] => {
  const { rss, heapUsed, heapTotal } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  return [
    gauge('process_resident_memory_bytes', 'Memory that the process holds.', rss),
    gauge('nodejs_heap_size_used_bytes', 'Memory that its objects take.', heapUsed),
    gauge('nodejs_heap_size_total_bytes', 'Memory that is set aside for its objects.', heapTotal),
    {
      ...gauge('process_cpu_seconds_total', 'Processor time that it has used.', (user + system) / 1e6),
      kind: 'counter',
    },
  ]
}

const loop = (lag: Readonly<Record<string, number>>): Metric => ({
  name: 'nodejs_eventloop_lag_seconds',
  about: 'How late the event loop was since the last scrape; about 0.02 when it has nothing to do.',
  kind: 'gauge',
  series: Object.entries(lag).map(([quantile, nanoseconds]) => ({
    labels: { quantile },
    value: Number.isFinite(nanoseconds) ? nanoseconds / nanosecondsPerSecond : 0,
  })),
})

const connections = (db: Connection): readonly Metric[] => {
  const { open, busy, waiting, most } = connectionsOf(db)
  return [
    gauge('signon_database_connections_open', 'Connections to the database that are open.', open),
    gauge('signon_database_connections_busy', 'Those of them in use.', busy),
    gauge('signon_database_connections_most', 'How many this process may open.', most),
    gauge('signon_database_connections_waiting', 'Requests and jobs that wait for one.', waiting),
  ]
}
