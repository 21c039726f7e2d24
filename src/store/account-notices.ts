import type { UserId } from '#domain/user.ts'
import type { StoreContext } from './context.ts'

/** What somebody is told once, and the instant that it counts from. */
export interface AccountNotice {
  readonly kind: string
  readonly countsFrom: Date
}

/** Something that somebody was told. */
export interface Told extends AccountNotice {
  readonly user: UserId
}

/** What people were told about their accounts, so that nobody is told twice. */
export const accountNoticeStore = ({ db, now }: StoreContext) => ({
  /** What these people were told already. */
  async told(users: readonly UserId[]): Promise<readonly Told[]> {
    if (users.length === 0) return []
    const rows = await db
      .selectFrom('account_notices')
      .select(['user_id', 'kind', 'counts_from'])
      .where('user_id', 'in', users)
      .execute()
    return rows.map((row) => ({ user: row.user_id as UserId, kind: row.kind, countsFrom: row.counts_from }))
  },

  /** Remembers that somebody is told of this; `false` when that was remembered already. */
  async tell(user: UserId, { kind, countsFrom }: AccountNotice): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('account_notices')
      .values({ user_id: user, kind, counts_from: countsFrom, created_at: now() })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow()
    return numInsertedOrUpdatedRows === 1n
  },
})
