import type { User, UserStatus } from '#domain/user.ts'
import { userStatus } from '#domain/user-status.ts'
import type { Stores } from './signon.ts'

/** A user as those see it who look after accounts. */
export interface UserAccount extends User {
  readonly organisationSlug: string | null
  readonly status: UserStatus
}

/** The account of a normalised address as it stands. Throws `NotFound`. */
export const accountOf = async (stores: Stores, email: string, now: Date): Promise<UserAccount> => {
  const user = await stores.users.findByEmail(email)
  const organisation =
    user.organisationId === null ? undefined : await stores.organisations.seek(user.organisationId)
  return { ...user, organisationSlug: organisation?.slug ?? null, status: userStatus(user, now) }
}
