import { sql } from 'kysely'
import { type ApplicationId, type PermissionId, signinPermission } from '#domain/application.ts'
import type { UserId, UserKind, UserUid } from '#domain/user.ts'
import type { UserPosition } from '#domain/user-filter.ts'
import type { Counted } from '#kernel/count.ts'
import type { Connection } from './connection.ts'
import type { StoreContext } from './context.ts'
import type { EventPlace } from './events.ts'
import type { ListedUser } from './listed-users.ts'
import { allOf, byAccount, type Known } from './user-list.sql.ts'
import { uncountedPageOf } from './user-list-page.ts'

export interface ListedApplication {
  readonly id: ApplicationId
  readonly name: string
  readonly description: string | null
  readonly isApiOnly: boolean
  readonly isRetired: boolean
}

/** Whom it concerns when an application is retired. */
export interface Reach {
  /** People who may sign in to it. */
  readonly people: number
  /** Tokens of machines that are good now. */
  readonly apiTokens: number
}

/** People with access are counted up to here, so that counting stays fast. */
const mostWithAccess = 10_000

/** Somebody who may sign in to an application. */
export interface UserWithAccess extends ListedUser {
  readonly signInCount: number
  /** Names of everything that they hold on the application, `signin` first. */
  readonly permissions: readonly string[]
}

/** A token that an application was issued for somebody: event 47. */
export interface Authorisation extends EventPlace {
  readonly uid: UserUid
  /** The account now; nothing when it is gone. */
  readonly user: { readonly id: UserId; readonly kind: UserKind; readonly name: string } | null
  readonly address: string | null
  readonly userAgent: string | null
}

export interface AuthorisationsAsked {
  readonly before?: EventPlace | undefined
  /** Only of this month in London, `2026-11`. */
  readonly month?: string | undefined
  /** Also those of accounts that tests sign in with. */
  readonly includesTests: boolean
  readonly limit: number
}

/** What the pages about applications list (`reference/admin-ui.md` 8.3, 9.1, 9.3). */
export const applicationPageStore = ({ db, now }: StoreContext) => ({
  /** Every application, by name. */
  async list(): Promise<readonly ListedApplication[]> {
    const { rows } = await sql<ListedApplication>`
      select id, name, description, is_api_only as "isApiOnly", retired_at is not null as "isRetired"
      from applications order by lower(name)`.execute(db)
    return rows
  },

  async reach(application: ApplicationId): Promise<Reach> {
    const signin = await signinOf(db, application)
    const { rows } = await sql<Reach>`
      select ${peopleHolding(signin, null)} as people,
        (select count(*)::integer from api_tokens where application_id = ${application} and revoked_at is null
           and (expires_at is null or expires_at > ${now()})) as "apiTokens"`.execute(db)
    return rows[0] ?? { people: 0, apiTokens: 0 }
  },

  /** How many people may sign in to an application; `mostWithAccess` where those are more than were counted. */
  async countUsersWithAccess(application: ApplicationId): Promise<Counted> {
    const signin = await signinOf(db, application)
    const { rows } = await sql<{ people: number }>`
      select ${peopleHolding(signin, mostWithAccess + 1)} as people`.execute(db)
    const { people } = rows[0] ?? { people: 0 }
    return { count: Math.min(people, mostWithAccess), isMoreThanCounted: people > mostWithAccess }
  },

  /** People who may sign in to an application, who signed in last first: at most `limit`, and whether there are more. */
  async usersWithAccess(
    application: ApplicationId,
    { behind, limit }: { readonly behind?: UserPosition | undefined; readonly limit: number },
  ): Promise<{ readonly users: readonly UserWithAccess[]; readonly isMore: boolean }> {
    const signin = await signinOf(db, application)
    const permissions = signin === null ? [] : [signin]
    const among = ({ always, holding }: Known) => allOf([always, holding(permissions)])
    const place = behind && ({ direction: 'after', ...behind } as const)
    const { users, isMore } = await uncountedPageOf(
      db,
      {
        finding: byAccount,
        among,
        permissions,
        text: '',
        isFiltered: true,
        isNear: false,
        order: 'newest-sign-in',
        place,
        limit,
      },
      now(),
    )
    const { rows } = await sql<Pick<UserWithAccess, 'id' | 'signInCount' | 'permissions'>>`
      select u.id, s.sign_in_count as "signInCount",
        array_agg(p.name order by p.name <> ${signinPermission}, lower(p.name)) as permissions
      from users u join sign_in_states s on s.user_id = u.id
      join grants g on g.user_id = u.id and g.application_id = ${application}
      join permissions p on p.id = g.permission_id
      where u.id = any (${users.map(({ id }) => id)}::integer[]) group by u.id, s.user_id`.execute(db)
    const held = new Map(rows.map((row) => [row.id, row]))
    return {
      users: users.flatMap((user) => {
        const own = held.get(user.id)
        return own ? [{ ...user, ...own }] : []
      }),
      isMore,
    }
  },

  /** The newest of an application's authorisations that were asked for, newest first; at most `limit`. */
  async authorisations(
    application: ApplicationId,
    { before, month, includesTests, limit }: AuthorisationsAsked,
  ): Promise<readonly Authorisation[]> {
    const { rows } = await sql<AuthorisationRow>`
      select e.id, e.created_at as at, e.about_uid as uid, u.id as user_id, u.kind, u.name,
        host(e.address) as address, e.user_agent as "userAgent"
      from events e left join users u on u.uid = e.about_uid
      where e.application_id = ${application} and e.number = 47
        and ${before ? sql`(e.created_at, e.id) < (${before.at}, ${before.id})` : sql`true`}
        and ${month === undefined ? sql`true` : within(month)}
        and ${includesTests ? sql`true` : sql`u.is_test_account is not true`}
      order by e.created_at desc, e.id desc limit ${limit}`.execute(db)
    return rows.map(({ user_id, kind, name, ...event }) => ({
      ...event,
      user: user_id === null ? null : { id: user_id, kind, name },
    }))
  },
})

/** How many people hold a permission, or so many of them. All holders are counted but for the machines, which are few. */
const peopleHolding = (permission: PermissionId | null, most: number | null) => sql<number>`(
  with machines as (
    select count(*)::integer as count from users u join grants g on g.user_id = u.id and g.permission_id = ${permission}
    where u.kind = 'machine'
  )
  select (select count(*)::integer from (
    select from grants where permission_id = ${permission} limit (select ${most}::integer + count from machines)
  ) holders) - machines.count from machines
)`

const signinOf = async (db: Connection, application: ApplicationId): Promise<PermissionId | null> => {
  const { rows } = await sql<{ id: PermissionId }>`
    select id from permissions where application_id = ${application} and name = ${signinPermission}`.execute(
    db,
  )
  return rows[0]?.id ?? null
}

interface AuthorisationRow extends Omit<Authorisation, 'user'> {
  readonly user_id: UserId | null
  readonly kind: UserKind
  readonly name: string
}

const within = (month: string) => {
  const first = sql`${`${month}-01`}::timestamp`
  return sql`e.created_at >= ${first} at time zone 'Europe/London'
    and e.created_at < (${first} + interval '1 month') at time zone 'Europe/London'`
}
