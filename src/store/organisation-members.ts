import { sql } from 'kysely'
import type { OrganisationId } from '#domain/organisation.ts'
import type { User, UserId } from '#domain/user.ts'
import type { StoreContext } from './context.ts'
import { userColumns, userOf } from './user-rows.ts'

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

  /** At most `limit` of them, those with ids above `after` in the order of their ids, held until the transaction ends. */
  async lockSome(organisation: OrganisationId, after: UserId, limit: number): Promise<readonly User[]> {
    const rows = await db
      .selectFrom('users')
      .select(userColumns)
      .where('organisation_id', '=', organisation)
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .forNoKeyUpdate()
      .execute()
    return rows.map(userOf)
  },
})
