import { performance } from 'node:perf_hooks'
import type { JobHelpers, Task, TaskList } from 'graphile-worker'
import type { Activity, Origin } from '#kernel/activity.ts'
import type { ApplicationCaller } from '#outside/push-updates.ts'
import { during, watchCall } from './activity.ts'
import type { JobMeter } from './job-meter.ts'
import type { Tracer } from './traces.ts'

/** The same jobs, each counted, and done under the id of the request that it follows from. */
export const watchedTasks = (tasks: TaskList, meter: JobMeter, tracer?: Tracer): TaskList =>
  Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      (payload: unknown, helpers: JobHelpers) => watched(name, task as Task, payload, helpers, meter, tracer),
    ]),
  ) as TaskList

const watched = async (
  name: string,
  task: Task,
  payload: unknown,
  helpers: JobHelpers,
  meter: JobMeter,
  tracer: Tracer | undefined,
): Promise<unknown> => {
  const origin = originOf(payload)
  const trace = tracer?.beginJob(name, origin)
  const activity: Activity = {
    requestId: origin.request,
    actingUser: origin.actingUser,
    sqlMilliseconds: 0,
    trace,
  }
  const began = performance.now()
  meter.begin(name)
  try {
    const done = await during(activity, () => task(payload as never, helpers))
    meter.end(name, 'done', performance.now() - began)
    trace?.end({})
    return done
  } catch (failure) {
    const { attempts, max_attempts } = helpers.job
    meter.end(name, attempts < max_attempts ? 'failed' : 'dead', performance.now() - began)
    trace?.end({ failure })
    throw failure
  }
}

const originOf = (payload: unknown): Origin => {
  const given: Readonly<Record<string, unknown>> =
    typeof payload === 'object' && payload !== null ? { ...payload } : {}
  const { request, actingUser, traceparent } = given
  return {
    ...(typeof request === 'string' && { request }),
    ...(typeof actingUser === 'string' && { actingUser }),
    ...(typeof traceparent === 'string' && { traceparent }),
  }
}

/** The same caller, each of its calls a step of the trace. */
export const watchedCaller = (caller: ApplicationCaller): ApplicationCaller => ({
  update: (push) => watchCall('push user update', () => caller.update(push)),
  reauthenticate: (push) => watchCall('push reauthentication', () => caller.reauthenticate(push)),
})
