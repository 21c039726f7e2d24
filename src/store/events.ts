import { sql } from 'kysely'
import type { Actor, SignonEvent } from '#domain/events.ts'
import { eventKinds } from '#domain/events.ts'
import type { UserId, UserUid } from '#domain/user.ts'
import { statement } from './connection.ts'
import type { StoreContext } from './context.ts'

/** One line of the log as it is shown. */
export interface LoggedEvent {
  readonly id: string
  readonly at: Date
  readonly number: number
  readonly about: UserUid | null
  /** The address of that account now; nothing when it is gone. */
  readonly aboutEmail: string | null
  readonly application: string | null
  readonly actorKind: Actor['kind']
  readonly actorId: UserId | null
  readonly actor: string | null
  readonly note: string | null
  readonly address: string | null
  readonly userAgent: string | null
}

/** Where an event stands in the log: after a list that ended with it, the next one begins. */
export type EventPlace = Pick<LoggedEvent, 'id' | 'at'>

export interface EventsAsked {
  /** Only those about this account. */
  readonly about?: UserUid
  /** Only those that are older than this one. */
  readonly before?: EventPlace | undefined
  /** None of these numbers. */
  readonly hidden?: readonly number[]
  readonly limit: number
}

/** The log: rows are added and read, never changed. */
export const eventStore = ({ db, now }: StoreContext) => ({
  async add(event: SignonEvent, actor: Actor): Promise<void> {
    await add(
      db,
      now(),
      eventKinds[event.name].number,
      event.about?.uid ?? null,
      event.application ?? null,
      actor.kind,
      actor.userId ?? null,
      actor.name ?? null,
      event.note ?? null,
      actor.address ?? null,
      storedUserAgent(actor.userAgent),
    )
  },

  /** The newest events that were asked for, newest first: at most `limit`. */
  async list({ about, before, hidden = [], limit }: EventsAsked): Promise<readonly LoggedEvent[]> {
    // The log of one account is in its index by time; the whole log is in the order of its ids.
    const [isBefore, order] = about
      ? [
          before && sql`(e.created_at, e.id) < (${before.at}, ${before.id})`,
          sql`e.created_at desc, e.id desc`,
        ]
      : [before && sql`e.id < ${before.id}`, sql`e.id desc`]
    const { rows } = await sql<LoggedEvent>`
      select e.id, e.created_at as at, e.number, e.about_uid as about, s.email as "aboutEmail", a.name as application, e.actor_kind as "actorKind",
        u.id as "actorId", coalesce(u.name, e.actor_name) as actor, e.note, host(e.address) as address, e.user_agent as "userAgent"
      from events e
      left join applications a on a.id = e.application_id
      left join users u on u.id = e.actor_id
      left join users s on s.uid = e.about_uid
      where ${about ? sql`e.about_uid = ${about}` : sql`true`} and ${isBefore ?? sql`true`}
        and e.number <> all (${hidden})
      order by ${order} limit ${limit}`.execute(db)
    return rows
  },
})

/** A user agent as it is kept: at most 1,000 characters, without control characters; nothing when blank. */
export const storedUserAgent = (userAgent: string | undefined): string | null =>
  userAgent
    ?.replaceAll(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, 1000) || null

const add = statement<
  never,
  [
    Date,
    number,
    UserUid | null,
    number | null,
    string,
    number | null,
    string | null,
    string | null,
    string | null,
    string | null,
  ]
>(
  'events.add',
  `insert into events (created_at, number, about_uid, application_id, actor_kind, actor_id, actor_name, note, address, user_agent)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
)
