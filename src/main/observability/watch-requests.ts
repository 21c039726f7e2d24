import type { Activity } from '#kernel/activity.ts'
import type { Request } from '#web/routes.ts'
import type { RequestWatch } from '#web/watch.ts'
import { during } from './activity.ts'
import type { RequestMeter } from './request-meter.ts'
import type { TracedRequest, Tracer } from './traces.ts'

/** Counts every request, and traces it where somebody collects traces. */
export const requestWatch = (meter: RequestMeter, tracer?: Tracer): RequestWatch => ({
  begin: (request): Activity => ({
    requestId: request.id,
    actingUser: undefined,
    sqlMilliseconds: 0,
    trace: tracer?.beginRequest(tracedRequest(request)),
  }),
  during,
  end(request, { statusCode, elapsedTime }, { sqlMilliseconds, trace }) {
    meter.count({
      route: request.routeOptions.url,
      method: request.method,
      status: statusCode,
      milliseconds: elapsedTime,
      sqlMilliseconds,
    })
    trace?.end({ status: statusCode })
  },
})

const tracedRequest = ({ id, method, routeOptions, headers: { traceparent } }: Request): TracedRequest => ({
  id,
  method,
  route: routeOptions.url,
  traceparent: typeof traceparent === 'string' ? traceparent : undefined,
})
