import { type RawBuilder, sql } from 'kysely'
import type { UserOrder, UserPlace } from '#domain/user-filter.ts'
import { never } from './sign-in-states.ts'
import { allOf, type Condition } from './user-list.sql.ts'

/** An order in which people are listed: by a key, and then by the id. */
interface Order {
  /** The key of users `u`, whose sign-ins are `s`, as it stands in a place: text. */
  readonly written: RawBuilder<string>
  /** The key that was written in a place. */
  readonly read: (key: string) => RawBuilder<unknown>
  readonly isDescending: boolean
}

const signIn = {
  written: sql<string>`case when s.last_signed_in_at = ${never} then 'never'
    else (extract(epoch from s.last_signed_in_at) * 1000000)::bigint::text end`,
  read: (key: string) =>
    key === 'never' ? never : sql`timestamptz 'epoch' + ${key}::bigint * interval '1 microsecond'`,
}

export const orders = {
  name: {
    written: sql<string>`lower(u.name)`,
    read: (key) => sql`${key}::text`,
    isDescending: false,
  },
  'newest-sign-in': { ...signIn, isDescending: true },
  'oldest-sign-in': { ...signIn, isDescending: false },
} as const satisfies Record<UserOrder, Order>

/** One way through an order: on, or back. What holds the key and the id of a person may be any expressions. */
export interface Way {
  /** For `order by`. */
  sorting(key: RawBuilder<unknown>, id: RawBuilder<unknown>): RawBuilder<unknown>
  /** Behind the place on this way; nothing when it begins at an end. */
  beyond(key: RawBuilder<unknown>, id: RawBuilder<unknown>): Condition | undefined
  /** The key that comes first. */
  first(key: RawBuilder<unknown>): RawBuilder<unknown>
  /** Between the place and another key, as the planner can judge how many that are. */
  until(key: RawBuilder<unknown>, other: unknown): Condition
}

export const wayThrough = (order: UserOrder, place: UserPlace | undefined): Way => {
  const { read, isDescending } = orders[order]
  const down = isDescending !== (place?.direction === 'before')
  const [comparison, opposite, word, first] = down
    ? [sql`<`, sql`>`, sql`desc`, sql`max`]
    : [sql`>`, sql`<`, sql`asc`, sql`min`]
  return {
    sorting: (key, id) => sql`${key} ${word}, ${id} ${word}`,
    beyond: (key, id) =>
      place && sql`(${key}, ${id}) ${comparison} (${read(place.key)}, ${place.id}::integer)`,
    first: (key) => sql`${first}(${key})`,
    until: (key, other) =>
      allOf([
        place && sql`${key} ${comparison} ${read(place.key)}`,
        other !== null && sql`${key} ${opposite} ${other}`,
      ]),
  }
}
