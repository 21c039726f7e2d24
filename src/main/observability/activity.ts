import { AsyncLocalStorage } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import type { Activity, Origin } from '#kernel/activity.ts'
import type { StatementWatch } from '#store/dialect.ts'

const current = new AsyncLocalStorage<Activity>()

/** Does `doing`, and whatever follows from it, as this activity. */
export const during = <T>(activity: Activity, doing: () => T): T => current.run(activity, doing)

/** What a job carries on that is queued here and now. */
export const currentOrigin = (): Origin => {
  const { requestId, actingUser, trace } = current.getStore() ?? {}
  return {
    ...(requestId !== undefined && { request: requestId }),
    ...(actingUser !== undefined && { actingUser }),
    ...(trace && { traceparent: trace.parent() }),
  }
}

const ignore = (): void => undefined

/** Adds the time of every statement to the activity that it belongs to. */
export const watchStatements: StatementWatch = (name) => {
  const activity = current.getStore()
  if (!activity) return ignore
  const began = performance.now()
  const step = activity.trace?.begin(name)
  return () => {
    activity.sqlMilliseconds += performance.now() - began
    step?.end()
  }
}

/** Watches a call to another service, by what it is called. */
export const watchCall = async <T>(name: string, calling: () => Promise<T>): Promise<T> => {
  const step = current.getStore()?.trace?.begin(name)
  try {
    return await calling()
  } finally {
    step?.end()
  }
}

/** What calls to others carry: what follows there is found by the same id (`reference/client-contract.md` 7). */
export const onwardHeaders = (): Readonly<Record<string, string>> => {
  const { request, actingUser, traceparent } = currentOrigin()
  return {
    ...(request !== undefined && { 'govuk-request-id': request }),
    ...(actingUser !== undefined && { 'x-govuk-authenticated-user': actingUser }),
    ...(traceparent !== undefined && { traceparent }),
  }
}
