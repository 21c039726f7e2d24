import { deviceOf } from '#domain/device.ts'
import { eventWords } from '#domain/event-log.ts'
import { shortLondonMoment } from '#domain/london-time.ts'
import type { UserId } from '#domain/user.ts'
import { Invalid } from '#kernel/failure.ts'
import { rowId } from '#kernel/token.ts'
import type { EventPlace, LoggedEvent } from '#store/events.ts'
import { paths } from './paths.ts'
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
  from: originWords(event),
})

const actorWords = ({ actorKind, actorId, actor }: LoggedEvent, reader: UserId): string | null => {
  if (actorId === reader) return 'by you'
  if (actorKind === 'signon') return 'by Signon'
  return actor && `by ${actor}`
}

/** An event as those see it who look after accounts: with links. */
export interface LinkedEventLine extends Omit<EventLine, 'words'> {
  /** What happened, and for which application. */
  readonly words: string
  /** Who did it; nothing when that is not known any more. */
  readonly by: string | null
  /** Where that person is found; nothing when it was nobody who has an account. */
  readonly byPath: string | null
  /** What exactly. */
  readonly note: string | null
}

/** Puts an event into words for a reader who may list users. */
export const linkedEventLine = (event: LoggedEvent, reader: UserId): LinkedEventLine => ({
  time: shortLondonMoment(event.at),
  words: [eventWords(event.number), event.application && `for ${event.application}`]
    .filter(Boolean)
    .join(' '),
  by: actorName(event, reader),
  byPath: event.actorEmail && `${paths.users}?${new URLSearchParams({ filter: event.actorEmail })}`,
  note: event.note,
  from: originWords(event),
})

/** Who did it, in the words of somebody who knows that operators act by command. */
const actorName = ({ actorKind, actorId, actor }: LoggedEvent, reader: UserId): string | null => {
  if (actorKind === 'signon') return 'Signon'
  // The words name it already.
  if (actorKind === 'application') return null
  if (actorKind === 'console') return `${actor ?? 'somebody'} (command)`
  return actorId === reader ? 'you' : actor
}

const originWords = ({ address, userAgent }: LoggedEvent): string =>
  [address, userAgent && deviceOf(userAgent)].filter(Boolean).join(', ')

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
