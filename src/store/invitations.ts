import type { User, UserId, UserUid } from '#domain/user.ts'
import type { StoreContext } from './context.ts'

/** People who were invited, and what became of it. */
export const invitationStore = ({ db, now }: StoreContext) => ({
  /** An invitation is sent now. An operator takes nobody's place as the one who invited. */
  async send(user: UserId, invitedBy: UserId | undefined): Promise<void> {
    const at = now()
    await db
      .updateTable('users')
      .set({ invited_at: at, updated_at: at, ...(invitedBy !== undefined && { invited_by: invitedBy }) })
      .where('id', '=', user)
      .execute()
  },

  /**
   * The person, if they may still accept or decline, holding the row until the transaction ends; nothing when they have
   * accepted, are suspended, or are gone.
   */
  async lockOpen(user: UserId): Promise<Pick<User, 'id' | 'uid' | 'email'> | undefined> {
    const row = await db
      .selectFrom('users')
      .select(['id', 'uid', 'email'])
      .where('id', '=', user)
      .where('invited_at', 'is not', null)
      .where('invitation_accepted_at', 'is', null)
      .where('suspended_at', 'is', null)
      .forNoKeyUpdate()
      .executeTakeFirst()
    return row && { id: row.id as UserId, uid: row.uid as UserUid, email: row.email }
  },

  /** The person has set their first password. */
  async accept(user: UserId): Promise<void> {
    const at = now()
    await db
      .updateTable('users')
      .set({ invitation_accepted_at: at, updated_at: at })
      .where('id', '=', user)
      .execute()
  },
})
