import { hiddenEvents } from '#domain/event-log.ts'
import type { Actor } from '#domain/events.ts'
import type { User, UserId, UserKind } from '#domain/user.ts'
import { administratorFor, findUserFor } from '#store/administration.ts'
import type { EventsAsked, LoggedEvent } from '#store/events.ts'
import type { UnknownSignIns } from '#store/records.ts'
import type { Signon } from '#store/signon.ts'

/** Which part of a log is read. */
export type LogPart = Omit<EventsAsked, 'about' | 'hidden'>

export interface UserLog {
  readonly user: User
  readonly events: readonly LoggedEvent[]
}

/**
 * The log of a user whom the reader looks after, without what people of the reader's role do not see. Throws
 * `NotFound`.
 */
export const readUserLog = (
  signon: Signon,
  actor: Actor,
  whom: { readonly id: UserId; readonly kind: UserKind },
  part: LogPart,
): Promise<UserLog> =>
  signon.read(async (stores) => {
    const action = whom.kind === 'machine' ? 'look at an API user' : 'read the log of a user'
    const user = await findUserFor(stores, actor, action, whom)
    const reader = await stores.administrators.find(actor)
    const hidden = reader.kind === 'person' ? hiddenEvents(reader.role) : []
    return { user, events: await stores.events.list({ ...part, about: user.uid, hidden }) }
  })

/** The whole log. */
export const readSecurityLog = (
  signon: Signon,
  actor: Actor,
  part: LogPart,
): Promise<readonly LoggedEvent[]> =>
  signon.read(async (stores) => {
    await administratorFor(stores, actor, 'read the security log')
    return stores.events.list(part)
  })

/** The network addresses that most attempts on unknown accounts came from since an instant: at most `limit`. */
export const readUnknownSignIns = (
  signon: Signon,
  actor: Actor,
  since: Date,
  limit: number,
): Promise<readonly UnknownSignIns[]> =>
  signon.read(async (stores) => {
    await administratorFor(stores, actor, 'read the security log')
    return stores.records.unknownSignIns(since, limit)
  })
