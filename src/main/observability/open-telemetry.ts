import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type Tracer as SpanMaker,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import type { Trace } from '#kernel/activity.ts'
import { Failure } from '#kernel/failure.ts'
import type { TraceRoute } from '#main/settings/trace-settings.ts'
import type { Tracer } from './traces.ts'

/** Traces by OpenTelemetry, sent in batches to a collector. One that cannot be reached costs traces and nothing else. */
export const openTelemetry = ({ endpoint, service }: TraceRoute, logger: Logger): Tracer => {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }) }),
    ],
  })
  const spans = provider.getTracer('signon')
  return {
    beginRequest({ id, method, route, traceparent }) {
      const attributes = { 'http.request.method': method, 'govuk.request_id': id }
      const named = route === undefined ? attributes : { ...attributes, 'http.route': route }
      const options = { kind: SpanKind.SERVER, attributes: named }
      return traceOf(spans, spans.startSpan(`${method} ${route ?? 'none'}`, options, remote(traceparent)))
    },
    beginJob(name, { request, traceparent }) {
      const attributes = request === undefined ? {} : { 'govuk.request_id': request }
      return traceOf(
        spans,
        spans.startSpan(name, { kind: SpanKind.CONSUMER, attributes }, remote(traceparent)),
      )
    },
    close: () =>
      provider.shutdown().catch((error: unknown) => {
        logger.warn({ reason: String(error) }, 'the last traces could not be sent')
      }),
  }
}

const traceOf = (spans: SpanMaker, span: Span): Trace => {
  const within = trace.setSpan(ROOT_CONTEXT, span)
  return {
    begin(name) {
      const step = spans.startSpan(name, { kind: SpanKind.CLIENT }, within)
      return { end: () => step.end() }
    },
    parent() {
      const { traceId, spanId, traceFlags } = span.spanContext()
      return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
    },
    end({ status, failure }) {
      if (status !== undefined) span.setAttribute('http.response.status_code', status)
      if (failure !== undefined) span.setAttribute('error.type', typeOf(failure))
      if (failure !== undefined || (status ?? 0) >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    },
  }
}

/** What kind of error it is. Its words may hold what somebody gave. */
const typeOf = (failure: unknown): string => {
  if (failure instanceof Failure) return failure.code
  return failure instanceof Error ? failure.constructor.name : typeof failure
}

const shape = /^[\da-f]{2}-(?<traceId>[\da-f]{32})-(?<spanId>[\da-f]{16})-(?<flags>[\da-f]{2})$/

/** What somebody else's trace goes on as here. A header that is none counts for nothing. */
const remote = (traceparent: string | undefined): Context => {
  const { traceId, spanId, flags } = shape.exec(traceparent ?? '')?.groups ?? {}
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
  })
}
