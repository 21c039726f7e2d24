import type { Origin, Trace } from '#kernel/activity.ts'

/** A request as a trace sees it. */
export interface TracedRequest {
  readonly id: string
  readonly method: string
  /** A pattern of ours; nothing where no route has the address. */
  readonly route: string | undefined
  /** The header of the same name. */
  readonly traceparent: string | undefined
}

/** Makes a trace of each request and each job. */
export interface Tracer {
  beginRequest(request: TracedRequest): Trace
  beginJob(name: string, origin: Origin): Trace
  /** Sends what was not sent yet. */
  close(): Promise<void>
}
