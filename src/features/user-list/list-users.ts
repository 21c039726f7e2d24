import { roleMay } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import type { Role } from '#domain/user.ts'
import type { UserPlace } from '#domain/user-filter.ts'
import { administratorFor } from '#store/administration.ts'
import type { Signon, Stores } from '#store/signon.ts'
import type { ListOrganisation, ListPermission } from '#store/user-list.ts'
import type { UserPage } from '#store/user-list-page.ts'
import { faultsOf, filterOf, type UserQuery } from './user-query.ts'

const usersOnPage = 25

/** People on one page of the list, and what the list can be narrowed to. */
export interface UserList {
  readonly role: Role
  /** Nothing when the query has a fault. */
  readonly page: (UserPage & { readonly place: UserPlace | undefined }) | undefined
  readonly organisations: readonly ListOrganisation[]
  readonly permissions: readonly ListPermission[]
  /** The one organisation that the administrator looks after. */
  readonly onlyOrganisation: string | undefined
}

/** A page of the people whom the actor looks after. Throws `Forbidden`. */
export const listUsers = async (
  signon: Signon,
  actor: Actor,
  query: UserQuery,
  asked: UserPlace | undefined,
): Promise<UserList> => {
  // Neither of the two waits for the other, nor statements of a page: in one transaction they would.
  const [page, choices] = await Promise.all([
    pageFor(signon.single, actor, query, asked),
    signon.read((stores) => choicesFor(stores, actor)),
  ])
  return { page, ...choices }
}

const pageFor = async (
  stores: Stores,
  actor: Actor,
  query: UserQuery,
  asked: UserPlace | undefined,
): Promise<UserList['page']> => {
  const administrator = await administratorFor(stores, actor, 'list users')
  if (Object.keys(faultsOf(query)).length > 0) return undefined
  const pageAt = async (place: UserPlace | undefined) => ({
    ...(await stores.userList.page(administrator, filterOf(query), query.sort, place, usersOnPage)),
    place,
  })
  const page = await pageAt(asked)
  // Fewer than a whole page before some place: that is the first page, and it has room for more.
  return asked?.direction === 'before' && !page.isMore ? pageAt(undefined) : page
}

const choicesFor = async (stores: Stores, actor: Actor): Promise<Omit<UserList, 'page'>> => {
  const administrator = await administratorFor(stores, actor, 'list users')
  return {
    role: administrator.kind === 'person' ? administrator.role : 'superadmin',
    organisations: await stores.userList.organisations(administrator),
    permissions: await stores.userList.permissions(),
    onlyOrganisation: await stores.userList.onlyOrganisation(administrator),
  }
}

/** What the list leads on to for people of this role. */
export const onwardFrom = (
  role: Role,
): {
  readonly toInvite: boolean
  readonly toBatch: boolean
  readonly toMany: boolean
  readonly toReset: boolean
} => ({
  toInvite: roleMay(role, 'invite a user'),
  toBatch: roleMay(role, 'invite a batch'),
  toMany: roleMay(role, 'change access of many'),
  toReset: roleMay(role, 'reset passwords of many'),
})
