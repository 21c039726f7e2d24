import type { Actor } from '#domain/events.ts'
import type { Whom } from '#domain/user.ts'
import { findUserFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'
import { accountOf, type UserAccount } from '#store/user-account.ts'

export interface ShownUser extends UserAccount {
  /** Application name → names of the permissions held, `signin` first. */
  readonly permissions: Readonly<Record<string, readonly string[]>>
}

/** A person or machine, and what they hold on the applications in service. Throws `NotFound`. */
export const showUser = async (signon: Signon, actor: Actor, whom: Whom): Promise<ShownUser> =>
  signon.read(async (stores) => {
    const { email } = await findUserFor(stores, actor, 'look at a user', whom)
    const account = await accountOf(stores, email, signon.clock.now())
    return { ...account, permissions: await stores.grants.heldByApplication(account.id) }
  })
