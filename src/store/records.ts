import { sql } from 'kysely'
import { eventKinds } from '#domain/events.ts'
import type { StoreContext } from './context.ts'

/** Attempts to sign in with addresses that no account has, from one address of the network. */
export interface UnknownSignIns {
  readonly address: string | null
  readonly attempts: number
  /** How many different email addresses were tried. */
  readonly tried: number
  readonly lastAt: Date
}

/** Attempts that are looked at, at most: somebody who tries a great many makes no page slow. */
const mostAttempts = 50_000

/** What those look for in the log who watch over Signon itself. */
export const recordStore = ({ db }: StoreContext) => ({
  /** Where most attempts on unknown accounts came from since this instant: at most `limit` addresses. */
  async unknownSignIns(since: Date, limit: number): Promise<readonly UnknownSignIns[]> {
    const { rows } = await sql<UnknownSignIns>`
      select host(address) as address, count(*)::integer as attempts, count(distinct note)::integer as tried,
        max(created_at) as "lastAt"
      from (
        select address, note, created_at from events
        where number = ${eventKinds['unknown-sign-in'].number} and actor_kind = 'person' and created_at > ${since}
        order by created_at desc, id desc limit ${mostAttempts}
      ) recent
      group by address order by attempts desc, "lastAt" desc limit ${limit}`.execute(db)
    return rows
  },
})
