/** One step of what is traced, from when it was begun until it ends. */
export interface Step {
  end(): void
}

/** How a trace is told of what happens. Nothing that it is told holds a value that somebody gave. */
export interface Trace {
  /** Begins a step. */
  begin(name: string): Step
  /** What another service goes on from: the header `traceparent` (W3C Trace Context). */
  parent(): string
  /** Ends it: with the status of the answer, or with what was thrown. */
  end(outcome: { readonly status?: number; readonly failure?: unknown }): void
}

/** What a process is busy with on somebody's behalf: one request, or one job. */
export interface Activity {
  /** The id of the request that all of it follows from; of a job that the calendar began, nothing. */
  readonly requestId: string | undefined
  /** The uid of the person who asked for it, as soon as they are known. */
  actingUser: string | undefined
  /** Time spent in statements so far, those at the same time counted each. */
  sqlMilliseconds: number
  /** Nothing unless it is traced. */
  readonly trace: Trace | undefined
}

/** Where a job comes from, as its payload carries it on: for finding what belongs together, and for nothing else. */
export interface Origin {
  /** The id of the request. */
  readonly request?: string
  /** The uid of the person who sent it. */
  readonly actingUser?: string
  readonly traceparent?: string
}
