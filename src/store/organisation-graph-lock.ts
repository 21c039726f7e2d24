import { sql } from 'kysely'
import type { Connection } from './connection.ts'

/** One number that only we use: “sgno” in ASCII. */
const lockNumber = 0x73676e6f

/**
 * Waits until nobody else changes the graph of organisations, and keeps everybody else waiting until this transaction
 * ends. Call it before the graph is read: what a change is decided by must still hold when it is made.
 */
export const lockOrganisationGraph = async (db: Connection): Promise<void> => {
  await sql`select pg_advisory_xact_lock(${lockNumber})`.execute(db)
}
