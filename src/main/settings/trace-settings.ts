import { setting, urlOf } from './setting.ts'

/** Where traces go. */
export interface TraceRoute {
  /** The address of a collector, for OTLP over HTTP; `/v1/traces` is put behind it. */
  readonly endpoint: string
  /** What the service is called there. */
  readonly service: string
}

/** The settings of traces, by the names that OpenTelemetry and the reference have for them. */
export const traceSettings = {
  tracesEnabled: setting({
    about: 'Whether traces are made: any value but `false` and `0` says yes.',
    otherwise: 'no traces are made',
    parse: (text) => text !== undefined && !['false', '0'].includes(text.toLowerCase()),
  }),
  tracesEndpoint: setting({
    about: 'The collector that traces go to, by OTLP over HTTP. With ENABLE_OPEN_TELEMETRY only.',
    otherwise: '`http://localhost:4318`',
    parse: (text) => urlOf(text ?? 'http://localhost:4318', ['https:', 'http:']).href.replace(/\/$/, ''),
  }),
  tracesService: setting({
    about: 'What this service is called in traces.',
    otherwise: 'GOVUK_OTEL_SERVICE_NAME',
    parse: (text) => text,
  }),
  tracesGovukService: setting({
    about: 'The same; OTEL_SERVICE_NAME goes before it.',
    otherwise: '`signon`',
    parse: (text) => text,
  }),
} as const

interface TraceSettings {
  readonly tracesEnabled: boolean
  readonly tracesEndpoint: string
  readonly tracesService: string | undefined
  readonly tracesGovukService: string | undefined
}

/** What the settings of traces mean together: nothing where none are wanted. */
export const traceRouteOf = (settings: TraceSettings): TraceRoute | undefined =>
  settings.tracesEnabled
    ? {
        endpoint: settings.tracesEndpoint,
        service: settings.tracesService ?? settings.tracesGovukService ?? 'signon',
      }
    : undefined
