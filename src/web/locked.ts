import { londonClock } from '#domain/london-time.ts'
import type { Reply, Request } from './routes.ts'

/** Says that the account is locked, and until when, to somebody whose sessions are over by that. */
export const showLocked = (request: Request, reply: Reply, until: Date): Reply => {
  request.browser.forgetSession()
  request.session = undefined
  return reply.page({
    template: 'layout/locked.njk',
    view: { title: 'Account locked', until: londonClock(until) },
  })
}
