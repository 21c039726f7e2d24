import type { UserId } from '#domain/user.ts'
import type { Connection } from './connection.ts'

/** Where each kind of second factor is kept. */
export type FactorTable = 'totp_factors' | 'passkeys'

/** A second factor as its owner sees it. */
export interface Factor<Id> {
  readonly id: Id
  readonly name: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

/** The person's factors of one kind, oldest first. */
export const listFactors = async <Id extends number>(
  db: Connection,
  table: FactorTable,
  user: UserId,
): Promise<readonly Factor<Id>[]> => {
  const rows = await db
    .selectFrom(table)
    .select(['id', 'name', 'created_at as createdAt', 'last_used_at as lastUsedAt'])
    .where('user_id', '=', user)
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ ...row, id: row.id as Id }))
}

/** Removes one of the person's factors; the answer is its name, if it was there. */
export const removeFactor = async (
  db: Connection,
  table: FactorTable,
  user: UserId,
  factor: number,
): Promise<string | undefined> => {
  const row = await db
    .deleteFrom(table)
    .where('user_id', '=', user)
    .where('id', '=', factor)
    .returning('name')
    .executeTakeFirst()
  return row?.name
}
