import { deviceOf } from '#domain/device.ts'
import { eventKinds } from '#domain/events.ts'
import { shortLondonMoment } from '#domain/london-time.ts'
import { after, day } from '#kernel/clock.ts'
import { thousands } from '#kernel/count.ts'
import type { LoggedEvent } from '#store/events.ts'
import type { UnknownSignIns } from '#store/records.ts'
import { olderThan, placeIn } from '#web/event-lines.ts'
import { paths } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { readSecurityLog, readUnknownSignIns } from './read-log.ts'
import { type SignInsView, signInsPage } from './sign-ins.page.ts'

const attemptsOnPage = 50
const mostSources = 20
const numbers = [eventKinds['unknown-sign-in'].number]

export const signInsRoutes: Routes = (scope, signon) => {
  scope.get(paths.recordsSignIns, { config: { may: 'read the security log' } }, async (request, reply) => {
    const before = placeIn(request.query)
    const actor = actorOf(request)
    const found = await readSecurityLog(signon, actor, { numbers, before, limit: attemptsOnPage + 1 })
    const yesterday = after(signon.clock.now(), -day)
    const sources = before ? [] : await readUnknownSignIns(signon, actor, yesterday, mostSources)
    const attempts = found.slice(0, attemptsOnPage)
    const last = found.length > attemptsOnPage ? attempts.at(-1) : undefined
    return reply.page(
      signInsPage({
        sources: sources.map(sourceOf),
        attempts: attempts.map(attemptOf),
        newestPath: before ? paths.recordsSignIns : null,
        olderPath: last ? `${paths.recordsSignIns}?${olderThan(last)}` : null,
      }),
    )
  })
}

const sourceOf = ({ address, attempts, tried, lastAt }: UnknownSignIns): SignInsView['sources'][number] => ({
  address: address ?? 'Unknown',
  attempts: thousands(attempts),
  tried: thousands(tried),
  last: shortLondonMoment(lastAt),
})

const attemptOf = ({ at, address, userAgent, note }: LoggedEvent): SignInsView['attempts'][number] => ({
  time: shortLondonMoment(at),
  address: address ?? 'Unknown',
  device: deviceOf(userAgent),
  code: codeIn(note),
})

/** The beginning of the keyed hash that stands for what was typed; nothing else of the note is shown. */
const codeIn = (note: string | null): string => /^address ([\w-]{8})/.exec(note ?? '')?.[1] ?? 'none'
