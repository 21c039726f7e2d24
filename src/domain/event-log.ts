import { type EventName, eventKinds } from './events.ts'
import type { Role } from './user.ts'

const names: ReadonlyMap<number, EventName> = new Map(
  Object.entries(eventKinds).map(([name, { number }]) => [number, name as EventName]),
)

/** The name of the events that the log has under this number; nothing for one that is not recorded any more. */
export const eventNameOf = (number: number): EventName | undefined => names.get(number)

/** What an event of this number is called in the log. */
export const eventWords = (number: number): string => {
  const name = names.get(number)
  return name === undefined ? (formerWords[number] ?? `Event ${number}`) : eventKinds[name].words
}

/** What nothing records any more, and rows of old may tell of. */
const formerWords: Readonly<Record<number, string>> = {
  26: '2-step prompt deferred',
  28: 'Access token re-generated',
  43: 'Access grants deleted',
  44: 'Access tokens deleted',
}

// Of those that nothing records any more, 43 and 44 are about tokens, too (`reference/event-log.md` 2).
const restricted: readonly number[] = [
  ...Object.values(eventKinds).flatMap((kind) => ('isRestricted' in kind ? [kind.number] : [])),
  43,
  44,
]

/** Numbers of the events that somebody of this role does not see, not even about themselves. */
export const hiddenEvents = (role: Role): readonly number[] =>
  role === 'superadmin' || role === 'admin' ? [] : restricted
