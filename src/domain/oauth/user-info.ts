import type { UserUid } from '#domain/user.ts'

/** What one application may know of one user: the body of `/user.json` and of a push, keys in this order. */
export interface UserInfo {
  readonly user: {
    readonly uid: UserUid
    readonly name: string
    readonly email: string
    /** Names held for this application only, ascending without regard to case; none when suspended. */
    readonly permissions: readonly string[]
    readonly organisation_slug: string | null
    readonly organisation_content_id: string | null
    readonly disabled: boolean
  }
}

/** The facts behind `UserInfo`, as read in one query. */
export interface UserInfoFacts {
  readonly uid: UserUid
  readonly name: string
  readonly email: string
  readonly permissions: readonly string[]
  readonly organisationSlug: string | null
  readonly organisationContentId: string | null
  readonly isSuspended: boolean
}

/** The body for one user and one application (`reference/oauth-and-apis.md` 14.3). */
export const userInfo = (facts: UserInfoFacts): UserInfo => ({
  user: {
    uid: facts.uid,
    name: facts.name,
    email: facts.email,
    permissions: facts.isSuspended ? [] : facts.permissions,
    organisation_slug: facts.organisationSlug,
    organisation_content_id: facts.organisationContentId,
    disabled: facts.isSuspended,
  },
})
