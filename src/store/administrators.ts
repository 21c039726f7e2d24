import { sql } from 'kysely'
import type { Administrator, Place } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { gdsContentId, type OrganisationId } from '#domain/organisation.ts'
import type { Role, UserId } from '#domain/user.ts'
import type { StoreContext } from './context.ts'

/** Organisations at and below `$root`, by whatever path; closed ones, too. */
export const organisationsBelow = (root: OrganisationId) => sql<{ id: OrganisationId }>`
  with recursive below (id) as (
    select ${root}::integer union select p.child_id from organisation_parents p join below on p.parent_id = below.id where p.is_effective
  )
  select id from below`

/** Those who look after accounts, and how far they reach. */
export const administratorStore = ({ db }: StoreContext) => ({
  /** The actor with the rights that they have in this moment. */
  async find(actor: Actor): Promise<Administrator> {
    if (actor.kind === 'console' || actor.kind === 'signon') return { kind: 'operator' }
    if (actor.kind !== 'person' || actor.userId === undefined) return { kind: 'nobody' }
    const { rows } = await sql<AdministratorRow>`
      select u.id, u.role, u.organisation_id, coalesce(o.content_id = ${gdsContentId}::uuid, false) as is_in_gds
      from users u left join organisations o on o.id = u.organisation_id
      where u.id = ${actor.userId} and u.kind = 'person' and u.suspended_at is null`.execute(db)
    const [row] = rows
    if (!row) return { kind: 'nobody' }
    return {
      kind: 'person',
      id: row.id,
      role: row.role,
      organisationId: row.organisation_id,
      isInGds: row.is_in_gds,
    }
  },

  /** Where an organisation lies, seen from the administrator's. */
  async placeOf(administrator: Administrator, organisation: OrganisationId | null): Promise<Place> {
    if (administrator.kind !== 'person' || administrator.organisationId === null || organisation === null)
      return 'elsewhere'
    if (administrator.organisationId === organisation) return 'own'
    if (administrator.role !== 'super_organisation_admin') return 'elsewhere'
    const { rows } = await sql<{ is_below: boolean }>`
      select exists (select from (${organisationsBelow(administrator.organisationId)}) reached where id = ${organisation}) as is_below`.execute(
      db,
    )
    return rows[0]?.is_below ? 'below' : 'elsewhere'
  },
})

interface AdministratorRow {
  readonly id: UserId
  readonly role: Role
  readonly organisation_id: OrganisationId | null
  readonly is_in_gds: boolean
}
