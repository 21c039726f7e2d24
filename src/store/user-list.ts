import { type SqlBool, sql } from 'kysely'
import { type Administrator, managedRoles } from '#domain/administration.policy.ts'
import type { ApplicationId, PermissionId } from '#domain/application.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import type { UserFilter, UserOrder, UserPlace } from '#domain/user-filter.ts'
import { rememberedFor, rememberedJson } from '#kernel/remembered.ts'
import { organisationsBelow } from './administrators.ts'
import type { Connection } from './connection.ts'
import type { StoreContext } from './context.ts'
import { columns, type ExportedRow, type ExportedUser, exportedUser } from './listed-users.ts'
import {
  byAccount,
  bySearches,
  conditionsOf,
  type Known,
  matching,
  ofOrganisations,
  type Reach,
  signedIn,
} from './user-list.sql.ts'
import { pageOf, type UserPage } from './user-list-page.ts'
import { findingByText } from './user-list-text.ts'

/** People as those see them who look after them: none beyond the administrator's reach, and no machines. */
export const userListStore = ({ db, now }: StoreContext) => {
  /** Who is asked for: by what is known of people, and but for the text. */
  const askedFor = async (administrator: Administrator, filter: UserFilter) => {
    const reach = await reachOf(db, administrator)
    const permissions = await offeredPermissions(db, filter.permissions)
    return {
      permissions,
      within: ofOrganisations(sql`t.organisation_id`, reach, filter),
      among: (known: Known) => conditionsOf(known, reach, filter, permissions, now()),
    }
  }

  return {
    /** At most `limit` people in this order, from this place on (before it: the nearest), and how many there are in all. */
    async page(
      administrator: Administrator,
      filter: UserFilter,
      order: UserOrder,
      place: UserPlace | undefined,
      limit: number,
    ): Promise<UserPage> {
      const asked = await askedFor(administrator, filter)
      const isNear = !looksAtAccounts(filter)
      const isOfOrganisations = asked.within !== undefined
      return pageOf(
        db,
        {
          ...asked,
          finding: isNear && isOfOrganisations ? bySearches : byAccount,
          text: filter.text,
          isFiltered: isOfOrganisations || !isNear || filter.roles.length > 0,
          isNear,
          signedIn: signedIn(filter),
          order,
          place,
          limit,
        },
        now(),
      )
    },

    /**
     * The ids of all who match in this moment, in the order of their names: four bytes each. Read in its parts by them,
     * a file has everybody once, whoever is called differently meanwhile.
     */
    async matchingIds(administrator: Administrator, filter: UserFilter): Promise<Int32Array> {
      const { among, within } = await askedFor(administrator, filter)
      const { text } = filter
      const { finding } = text === '' ? { finding: byAccount } : await findingByText(db, text, within)
      const { from, id, name } = finding
      const { rows } = await sql<{ ids: Buffer | null }>`
        select string_agg(int4send(${id}), ''::bytea order by ${name}, ${id}) as ids
        from ${from} where ${matching(finding, { among, text })}`.execute(db)
      const bytes = rows[0]?.ids ?? Buffer.alloc(0)
      return Int32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readInt32BE(index * 4))
    },

    /** Those of these people who still match. */
    async exported(
      administrator: Administrator,
      filter: UserFilter,
      ids: Int32Array,
    ): Promise<readonly ExportedUser[]> {
      const { among } = await askedFor(administrator, filter)
      const { text } = filter
      const { rows } = await sql<ExportedRow>`
        select ${columns('name')}, s.sign_in_count, u.created_at, u.exempt_until::text, held.permissions
        from ${byAccount.from} left join organisations o on o.id = u.organisation_id
        left join lateral (
          select jsonb_agg(jsonb_build_array(g.application_id, p.name) order by lower(p.name), p.name) as permissions
          from grants g join permissions p on p.id = g.permission_id where g.user_id = u.id
        ) held on true
        where u.id = any (${[...ids]}::integer[])
          and ${matching(byAccount, { among, text })}
        order by lower(u.name), u.id`.execute(db)
      return rows.map((row) => exportedUser(row, now()))
    },

    /** Organisations that somebody in reach belongs to, or did until lately, by name. */
    async organisations(administrator: Administrator): Promise<readonly ListOrganisation[]> {
      const { roles, organisations } = await reachOf(db, administrator)
      // Said to be true, it is looked up in a hash of them all, instead of being joined.
      const { rows } = await sql<ChoicesRow>`
        select json_agg(json_build_array(id, name, abbreviation, is_closed))::text as choices
        from (
          select o.* from organisations o
          where ${organisations === 'all' ? sql`true` : sql`o.id = any (${organisations}::integer[])`}
            and (o.id in (select l.organisation_id from listed_organisations l
              where ${roles === 'all' ? sql`true` : sql`l.role = any (${roles})`})) is true
          order by lower(o.name), o.id
        ) o`.execute(db)
      return organisationsIn(rows)
    },

    /** The one organisation that the administrator looks after; nothing when there are several. */
    async onlyOrganisation(administrator: Administrator): Promise<string | undefined> {
      const { organisations } = await reachOf(db, administrator)
      if (organisations === 'all' || organisations.length !== 1) return undefined
      const { rows } = await sql<{
        name: string
      }>`select name from organisations where id = ${organisations[0]}`.execute(db)
      return rows[0]?.name
    },

    /** What people can hold in applications for people that are in use: by application, then by name. */
    async permissions(): Promise<readonly ListPermission[]> {
      const { rows } = await sql<ChoicesRow>`
        select json_agg(json_build_array(id, application, name))::text as choices
        from (
          select p.id, a.name as application, p.name
          from permissions p join applications a on a.id = p.application_id
          where ${isOffered} order by lower(a.name), a.id, lower(p.name), p.id
        ) p`.execute(db)
      return permissionsIn(rows)
    },

    /** Applications that are in use, by name. */
    async applications(): Promise<readonly { readonly id: ApplicationId; readonly name: string }[]> {
      const { rows } = await sql<{ id: ApplicationId; name: string }>`
        select id, name from applications where retired_at is null order by lower(name), id`.execute(db)
      return rows
    },
  }
}

/** An organisation as the filter offers it. */
export interface ListOrganisation {
  readonly id: OrganisationId
  readonly name: string
  readonly abbreviation: string | null
  readonly isClosed: boolean
}

/** A permission as the filter offers it. */
export interface ListPermission {
  readonly id: PermissionId
  readonly application: string
  readonly name: string
}

/** All choices of a filter, as JSON: a list for each; nothing where there is none. */
interface ChoicesRow {
  readonly choices: string | null
}
/** There may be a thousand choices, and they seldom change. */
const choicesIn = <Fields extends readonly unknown[], Choice>(choice: (...fields: Fields) => Choice) => {
  const read = rememberedJson<readonly Fields[]>()
  const meant = rememberedFor((all: readonly Fields[]): readonly Choice[] =>
    all.map((fields) => choice(...fields)),
  )
  return (rows: readonly ChoicesRow[]): readonly Choice[] => meant(read(rows[0]?.choices ?? '[]'))
}
const organisationsIn = choicesIn(
  (id: OrganisationId, name: string, abbreviation: string | null, isClosed: boolean): ListOrganisation => ({
    id,
    name,
    abbreviation,
    isClosed,
  }),
)
const permissionsIn = choicesIn(
  (id: PermissionId, application: string, name: string): ListPermission => ({ id, application, name }),
)

/** `reference/roles-and-permissions.md` 3.2. */
const reachOf = async (db: Connection, administrator: Administrator): Promise<Reach> => {
  if (administrator.kind === 'operator') return { roles: 'all', organisations: 'all' }
  if (administrator.kind === 'nobody') return { roles: [], organisations: [] }
  const { role, organisationId } = administrator
  const roles = role === 'superadmin' ? 'all' : managedRoles(role)
  if (role === 'superadmin' || role === 'admin') return { roles, organisations: 'all' }
  if (organisationId === null) return { roles, organisations: [] }
  if (role !== 'super_organisation_admin') return { roles, organisations: [organisationId] }
  const { rows } = await organisationsBelow(organisationId).execute(db)
  return { roles, organisations: rows.map(({ id }) => id) }
}

/** Something is asked that only accounts tell, or what people hold. */
const looksAtAccounts = (filter: UserFilter): boolean =>
  [filter.statuses, filter.twoStep, filter.permissions].some(({ length }) => length > 0) ||
  [filter.dormantSince, filter.invitedSince, filter.exemptionEndsBy].some((day) => day !== undefined)

/** Those of the permissions that the filter offers. */
const offeredPermissions = async (
  db: Connection,
  ids: readonly PermissionId[],
): Promise<readonly PermissionId[]> => {
  if (ids.length === 0) return []
  const { rows } = await sql<{ id: PermissionId }>`
    select p.id from permissions p join applications a on a.id = p.application_id
    where p.id = any (${ids}::integer[]) and ${isOffered}`.execute(db)
  return rows.map(({ id }) => id)
}

/** People hold permissions of application `a`, and it is in use. */
const isOffered = sql<SqlBool>`a.retired_at is null and not a.is_api_only`
