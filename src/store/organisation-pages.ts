import { type RawBuilder, sql } from 'kysely'
import type { Organisation, OrganisationId, WhichOrganisation } from '#domain/organisation.ts'
import type { Role, UserId } from '#domain/user.ts'
import type { StoreContext } from './context.ts'
import { isMeant, noSuchOrganisation } from './organisations.ts'
import { userOf, users } from './user-rows.ts'

/** An organisation as the list of all of them shows it. */
export interface OrganisationLine extends Organisation {
  readonly abbreviation: string | null
  /** What kind of organisation it is, in the register's words. */
  readonly format: string | null
  readonly isClosed: boolean
  readonly requiresTwoStep: boolean
  /** Directly above it, by name. */
  readonly parents: readonly NamedOrganisation[]
}

export interface NamedOrganisation {
  readonly id: OrganisationId
  readonly name: string
}

/** The whole of what the page about one organisation tells of it. */
export interface OrganisationDetails extends OrganisationLine {
  /** Since when GOV.UK does not list it any more; nothing while it does. */
  readonly vanishedAt: Date | null
  /** Since when 2-step verification is required; nothing when that is not known, or it is not. */
  readonly requiredSince: Date | null
}

/** Which organisations a list shows. */
export interface OrganisationsAsked {
  readonly isClosed: boolean
  /** A part of the name, the abbreviation or the slug; all when empty. */
  readonly filter: string
  /** Only those behind this one. */
  readonly after?: OrganisationId | undefined
  readonly limit: number
}

/**
 * How a member stands with a requirement of the organisation: `asked` are those whom it alone makes set up 2-step
 * verification, at their next click.
 */
export type MemberStanding = 'set up' | 'exempt' | 'suspended' | 'required otherwise' | 'asked'

/** How many members stand how. */
export type Standings = Readonly<Record<MemberStanding, number>>

export interface Member {
  readonly email: string
  readonly standing: MemberStanding
}

/** Organisations as their pages show them, and what they require of their members. */
export const organisationPageStore = ({ db, now }: StoreContext) => ({
  /** By name. */
  async list({ isClosed, filter, after, limit }: OrganisationsAsked): Promise<readonly OrganisationLine[]> {
    const { rows } = await sql<OrganisationLine>`
      select ${lineColumns} from organisations o
      where o.is_closed = ${isClosed} and ${contains(filter)}
        and ${after === undefined ? sql`true` : sql`(lower(o.name), o.id) > (select lower(name), id from organisations where id = ${after})`}
      order by lower(o.name), o.id limit ${limit}`.execute(db)
    return rows
  },

  /** How many have this in their names, open and closed. */
  async count(filter: string): Promise<{ readonly open: number; readonly closed: number }> {
    const { rows } = await sql<{ open: number; closed: number }>`
      select count(*) filter (where not o.is_closed)::integer as open, count(*) filter (where o.is_closed)::integer as closed
      from organisations o where ${contains(filter)}`.execute(db)
    return rows[0] ?? { open: 0, closed: 0 }
  },

  /** Throws `NotFound`. */
  async find(id: OrganisationId): Promise<OrganisationDetails> {
    const { rows } = await sql<OrganisationDetails>`
      select ${lineColumns}, o.two_step_required_at as "requiredSince", o.vanished_at as "vanishedAt"
      from organisations o where o.id = ${id}`.execute(db)
    const [found] = rows
    if (!found) throw noSuchOrganisation({ id })
    return found
  },

  /** People of these roles in the organisation, by name: at most `limit` behind the one with the id `after`. */
  async people(
    organisation: OrganisationId,
    { roles, after, limit }: { roles: readonly Role[]; after?: UserId | undefined; limit: number },
  ) {
    const rows = await users(db)
      .where('u.organisation_id', '=', organisation)
      .where('u.role', 'in', roles)
      .$if(after !== undefined, (query) =>
        query.where(
          sql<boolean>`(lower(u.name), u.id) > (select lower(name), id from users where id = ${after})`,
        ),
      )
      .orderBy(sql`lower(u.name)`)
      .orderBy('u.id')
      .limit(limit)
      .execute()
    return rows.map(userOf)
  },

  async countPeople(organisation: OrganisationId, roles: readonly Role[]): Promise<number> {
    const { count } = await db
      .selectFrom('users')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .where('organisation_id', '=', organisation)
      .where('role', 'in', roles)
      .executeTakeFirstOrThrow()
    return Number(count)
  },

  /** How many members stand how with a requirement, whether it is made already or not. */
  async standings(organisation: OrganisationId): Promise<Standings> {
    const { rows } = await sql<{ standing: MemberStanding; count: number }>`
      select ${standing} as standing, count(*)::integer as count
      from users u where u.organisation_id = ${organisation} group by 1`.execute(db)
    const counts = new Map(rows.map((row) => [row.standing, row.count]))
    const count = (one: MemberStanding): number => counts.get(one) ?? 0
    return {
      'set up': count('set up'),
      exempt: count('exempt'),
      suspended: count('suspended'),
      'required otherwise': count('required otherwise'),
      asked: count('asked'),
    }
  },

  /** Every member, by address, and how they stand. */
  async members(organisation: OrganisationId): Promise<readonly Member[]> {
    const { rows } = await sql<Member>`
      select u.email, ${standing} as standing from users u where u.organisation_id = ${organisation} order by u.email`.execute(
      db,
    )
    return rows
  },

  /** The organisation, holding its row until the transaction ends; members may come and go. Throws `NotFound`. */
  async lock(
    which: WhichOrganisation,
  ): Promise<Organisation & { readonly requiresTwoStep: boolean; readonly isClosed: boolean }> {
    const row = await db
      .selectFrom('organisations')
      .select(['id', 'content_id as contentId', 'slug', 'name'])
      .select(['require_two_step as requiresTwoStep', 'is_closed as isClosed'])
      .where(isMeant(which))
      .forNoKeyUpdate()
      .executeTakeFirst()
    if (!row) throw noSuchOrganisation(which)
    return { ...row, id: row.id as OrganisationId }
  },

  /** Nobody is put into it from now on; whoever is in it stays. */
  async close(organisation: OrganisationId): Promise<void> {
    await db
      .updateTable('organisations')
      .set({ is_closed: true, updated_at: now() })
      .where('id', '=', organisation)
      .execute()
  },

  /** From now on 2-step verification is required of every member, or not any more. */
  async requireTwoStep(organisation: OrganisationId, isRequired: boolean): Promise<void> {
    const at = now()
    await db
      .updateTable('organisations')
      .set({ require_two_step: isRequired, two_step_required_at: isRequired ? at : null, updated_at: at })
      .where('id', '=', organisation)
      .execute()
  },

  /** Since when it is required; nothing when it is not, or the organisation is gone. */
  async requiredSince(organisation: OrganisationId): Promise<Date | null> {
    const row = await db
      .selectFrom('organisations')
      .select('two_step_required_at')
      .where('id', '=', organisation)
      .where('require_two_step', '=', true)
      .executeTakeFirst()
    return row?.two_step_required_at ?? null
  },

  /** Members whom the requirement alone makes set up 2-step verification: in the order of their ids, behind `after`. */
  async asked(organisation: OrganisationId, after: UserId, limit: number): Promise<readonly UserId[]> {
    const { rows } = await sql<{ id: UserId }>`
      select u.id from users u
      where u.organisation_id = ${organisation} and u.id > ${after} and ${standing} = 'asked'
      order by u.id limit ${limit}`.execute(db)
    return rows.map(({ id }) => id)
  },
})

const namesOf = (organisations: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  (select coalesce(json_agg(json_build_object('id', n.id, 'name', n.name) order by lower(n.name), n.id), '[]')
   from (${organisations}) n)`

const lineColumns = sql`
  o.id, o.content_id as "contentId", o.slug, o.name, o.abbreviation, o.format, o.is_closed as "isClosed",
  o.require_two_step as "requiresTwoStep",
  ${namesOf(sql`select a.id, a.name from organisation_parents p join organisations a on a.id = p.parent_id where p.child_id = o.id and p.is_effective`)} as parents`

/** Without regard to case; nothing in the filter stands for anything but itself. */
const contains = (filter: string): RawBuilder<unknown> =>
  filter === ''
    ? sql`true`
    : sql`(strpos(lower(o.name), lower(${filter})) > 0 or strpos(o.slug, lower(${filter})) > 0
        or strpos(lower(coalesce(o.abbreviation, '')), lower(${filter})) > 0)`

const standing = sql`case
  when u.has_second_factor then 'set up'
  when u.exempt_reason is not null then 'exempt'
  when u.suspended_at is not null then 'suspended'
  when u.role <> 'normal' or u.requires_two_step then 'required otherwise'
  else 'asked' end`
