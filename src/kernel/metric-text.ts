/** One number, and what it belongs to. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** Of a histogram: which of its numbers this is. */
  readonly part?: 'bucket' | 'sum' | 'count'
}

/** Numbers of one name. */
export interface Metric {
  readonly name: string
  /** What they mean, in one line. */
  readonly about: string
  readonly kind: 'gauge' | 'counter' | 'histogram'
  readonly series: readonly Series[]
}

/** Metrics as Prometheus reads them: its text format, version 0.0.4. */
export const metricText = (metrics: readonly Metric[]): string =>
  metrics
    .map(({ name, about, kind, series }) =>
      [
        `# HELP ${name} ${about}`,
        `# TYPE ${name} ${kind}`,
        ...series.map(
          ({ labels, value, part }) =>
            `${name}${part ? `_${part}` : ''}${labelText(labels)} ${numberText(value)}`,
        ),
        '',
      ].join('\n'),
    )
    .join('')

const labelText = (labels: Readonly<Record<string, string>>): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length > 0 ? `{${pairs.join(',')}}` : ''
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const numberText = (value: number): string => {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}
