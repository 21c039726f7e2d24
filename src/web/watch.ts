import type { Activity } from '#kernel/activity.ts'
import type { Reply, Request, Scope } from './routes.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request is busy with, where somebody watches. */
    activity: Activity | undefined
  }
}

/** Watches requests from when they come until they are answered. */
export interface RequestWatch {
  begin(request: Request): Activity
  /** Does `next`, and what follows from it, as this activity. */
  during(activity: Activity, next: () => void): void
  end(request: Request, reply: Reply, activity: Activity): void
}

/** Has every request watched. */
export const watchRequests = (server: Scope, watch: RequestWatch): void => {
  server.decorateRequest('activity')
  server.addHook('onRequest', (request, _reply, done) => {
    request.activity = watch.begin(request)
    watch.during(request.activity, done)
  })
  // A body comes with events of the connection, and those belong to no request.
  server.addHook('preValidation', (request, _reply, done) => {
    if (request.activity && request.body !== undefined) watch.during(request.activity, done)
    else done()
  })
  server.addHook('onResponse', (request, reply, done) => {
    if (request.activity) watch.end(request, reply, request.activity)
    done()
  })
}
