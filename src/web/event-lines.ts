import { deviceOf } from '#domain/device.ts'
import { eventWords } from '#domain/event-log.ts'
import { shortLondonMoment } from '#domain/london-time.ts'
import type { UserId } from '#domain/user.ts'
import { Invalid } from '#kernel/failure.ts'
import { rowId } from '#kernel/token.ts'
import type { EventPlace, LoggedEvent } from '#store/events.ts'
import { onlyText } from './urlencoded.ts'

/** An event of the log as pages show it. */
export interface EventLine {
  /** `9:30am, 2 November 2026`, in London. */
  readonly time: string
  /** What happened, for which application, by whom, and what exactly. */
  readonly words: string
  /** Address and device. */
  readonly from: string
}

/** Puts an event into words for a reader, who is called “you”. */
export const eventLine = (event: LoggedEvent, reader: UserId): EventLine => ({
  time: shortLondonMoment(event.at),
  words: [
    eventWords(event.number),
    event.application && `for ${event.application}`,
    actorWords(event, reader),
    event.note,
  ]
    .filter(Boolean)
    .join(' '),
  from: [event.address, event.userAgent && deviceOf(event.userAgent)].filter(Boolean).join(', '),
})

const actorWords = ({ actorKind, actorId, actor }: LoggedEvent, reader: UserId): string | null => {
  if (actorId === reader) return 'by you'
  if (actorKind === 'signon') return 'by Signon'
  return actor && `by ${actor}`
}

/** The query of the page that goes on behind this event: `before=…`. */
export const olderThan = ({ at, id }: EventPlace): string => `before=${at.getTime()}-${id}`

/** The place in a log that `before` of a query names. It names a time and an id, never whose log it is. */
export const placeIn = (query: unknown): EventPlace | undefined => {
  if (typeof query !== 'object' || query === null || !Object.hasOwn(query, 'before')) return undefined
  const [, milliseconds, written = ''] = /^(\d{1,14})-(\d+)$/.exec(onlyText(query, 'before') ?? '') ?? []
  const id = rowId(written)
  if (milliseconds === undefined || id === undefined)
    throw new Invalid('The log has no page of this address. Start again from the newest events.')
  return { at: new Date(Number(milliseconds)), id }
}
