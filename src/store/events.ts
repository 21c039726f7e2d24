import { type RawBuilder, sql } from 'kysely'
import type { Actor, SignonEvent } from '#domain/events.ts'
import { eventKinds } from '#domain/events.ts'
import type { UserId, UserKind, UserUid } from '#domain/user.ts'
import { statement } from './connection.ts'
import type { StoreContext } from './context.ts'

/** One line of the log as it is shown. */
export interface LoggedEvent {
  readonly id: string
  readonly at: Date
  readonly number: number
  readonly about: UserUid | null
  /** Of that account, as it is now: its id, kind, name and address; nothing when it is gone. */
  readonly aboutId: UserId | null
  readonly aboutKind: UserKind | null
  readonly aboutName: string | null
  readonly aboutEmail: string | null
  readonly application: string | null
  readonly actorKind: Actor['kind']
  readonly actorId: UserId | null
  readonly actor: string | null
  /** The address of the person who did it; nothing when it was nobody with an account, or the account is gone. */
  readonly actorEmail: string | null
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
  /** Only these numbers. */
  readonly numbers?: readonly number[] | undefined
  /** Only what was done by such actors. */
  readonly actorKind?: Actor['kind'] | undefined
  /** From this instant on, and before that one. */
  readonly from?: Date | undefined
  readonly to?: Date | undefined
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
  async list(asked: EventsAsked): Promise<readonly LoggedEvent[]> {
    const { chosen, order } = chosenBy(asked)
    const { rows } = await sql<LoggedEvent>`
      select e.id, e.created_at as at, e.number, e.about_uid as about,
        s.id as "aboutId", s.kind as "aboutKind", s.name as "aboutName", s.email as "aboutEmail",
        a.name as application, e.actor_kind as "actorKind", u.id as "actorId", coalesce(u.name, e.actor_name) as actor,
        u.email as "actorEmail", e.note, host(e.address) as address, e.user_agent as "userAgent"
      from (${chosen}) e
      left join applications a on a.id = e.application_id
      left join users u on u.id = e.actor_id
      left join users s on s.uid = e.about_uid
      order by ${order}`.execute(db)
    return rows
  },
})

interface Chosen {
  readonly chosen: RawBuilder<unknown>
  readonly order: RawBuilder<unknown>
}

const byTime = sql`e.created_at desc, e.id desc`
const byId = sql`e.id desc`
const actorKinds: readonly Actor['kind'][] = ['person', 'console', 'application', 'signon']

/**
 * The rows of a page, each way along an index: the log of one account; some numbers, each of each kind of actor by
 * itself; what few did; or the whole log in the order of its ids, in which what many did is never far.
 */
const chosenBy = (asked: EventsAsked): Chosen => {
  const { about, actorKind, numbers, hidden = [], limit } = asked
  if (about !== undefined) {
    const chosen = sql`select * from events e where e.about_uid = ${about} and ${within(asked)}
      and e.number <> all (${hidden}) and ${numbers ? sql`e.number = any (${numbers})` : sql`true`}
      and ${ofKind(actorKind)} order by ${byTime} limit ${limit}`
    return { chosen, order: byTime }
  }
  if (numbers) return { chosen: chosenByNumber(asked, numbers), order: byTime }
  const isUnusual = actorKind === 'console' || actorKind === 'signon'
  const order = isUnusual ? byTime : byId
  const chosen = sql`select * from events e where ${ofKind(actorKind)} and ${within(asked, order)}
    and e.number <> all (${hidden}) order by ${order} limit ${limit}`
  return { chosen, order }
}

const chosenByNumber = (asked: EventsAsked, numbers: readonly number[]): RawBuilder<unknown> => sql`
  select e.* from unnest(${numbers}::smallint[]) n (number)
  cross join unnest(${asked.actorKind ? [asked.actorKind] : actorKinds}::text[]) k (kind)
  cross join lateral (
    select * from events e where e.number = n.number and e.actor_kind = k.kind and ${within(asked)}
    order by ${byTime} limit ${asked.limit}
  ) e
  where e.number <> all (${asked.hidden ?? []}) order by ${byTime} limit ${asked.limit}`

const ofKind = (kind: Actor['kind'] | undefined): RawBuilder<unknown> =>
  kind === undefined ? sql`true` : sql`e.actor_kind = ${kind}`

const within = ({ before, from, to }: EventsAsked, order = byTime): RawBuilder<unknown> => {
  const isBefore =
    before &&
    (order === byId ? sql`e.id < ${before.id}` : sql`(e.created_at, e.id) < (${before.at}, ${before.id})`)
  return sql.join(
    [
      isBefore ?? sql`true`,
      from ? sql`e.created_at >= ${from}` : sql`true`,
      to ? sql`e.created_at < ${to}` : sql`true`,
    ],
    sql` and `,
  )
}

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
