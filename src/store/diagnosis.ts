import { sql } from 'kysely'
import type { Connection } from './connection.ts'

/** How the database stands, for whoever looks after it. */
export interface Diagnosis {
  /** Major version of PostgreSQL. */
  readonly version: number
  /** What the database takes for the present time. */
  readonly clock: Date
  /** Whether the queue's tables are there. */
  readonly hasQueue: boolean
  /** Months that the log has a partition for, as `2026-11`, ascending. */
  readonly eventMonths: readonly string[]
}

/** Asks the database about itself; it need not be migrated. Throws `Unavailable` when it is away. */
export const diagnose = async (db: Connection): Promise<Diagnosis> => {
  // Its own idea of the time is wanted only here, to be compared with ours.
  const { rows } = await sql<Diagnosis>`
    select current_setting('server_version_num')::integer / 10000 as version, 'now'::timestamptz as clock,
      to_regnamespace('graphile_worker') is not null as "hasQueue",
      array(
        select replace(substr(c.relname, 8), '_', '-') from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = to_regclass('events') and c.relname ~ '^events_[0-9]{4}_[0-9]{2}$' order by c.relname
      ) as "eventMonths"`.execute(db)
  const [facts] = rows
  if (!facts) throw new Error('The database does not answer about itself')
  return facts
}
