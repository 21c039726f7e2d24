import { sql } from 'kysely'
import type { OrganisationId } from '#domain/organisation.ts'
import type { User, UserId } from '#domain/user.ts'
import type { StoreContext } from './context.ts'
import { userOf, users } from './user-rows.ts'

/** The people of an organisation, where all of them are meant. */
export const organisationMemberStore = ({ db }: StoreContext) => ({
  async count(organisation: OrganisationId): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from users where organisation_id = ${organisation}`.execute(db)
    return rows[0]?.count ?? 0
  },

  /** Their addresses, in order. */
  async emails(organisation: OrganisationId): Promise<readonly string[]> {
    const rows = await db
      .selectFrom('users')
      .select('email')
      .where('organisation_id', '=', organisation)
      .orderBy('email')
      .execute()
    return rows.map(({ email }) => email)
  },

  /**
   * At most `limit` of them, those with ids above `after` in the order of their ids. Their accounts are held until the
   * transaction ends, and what signing in changes of them is not.
   */
  async lockSome(organisation: OrganisationId, after: UserId, limit: number): Promise<readonly User[]> {
    const rows = await users(db)
      .where('u.organisation_id', '=', organisation)
      .where('u.id', '>', after)
      .orderBy('u.id')
      .limit(limit)
      .forNoKeyUpdate('u')
      .execute()
    return rows.map(userOf)
  },
})
