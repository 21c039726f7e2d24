import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { normaliseEmail } from '#domain/user.ts'
import { enforce } from '#kernel/failure.ts'
import type { Signon } from '#store/signon.ts'
import { accountOf, type UserAccount } from '#store/user-account.ts'

export interface ShownUser extends UserAccount {
  /** Application name → names of the permissions held, `signin` first. */
  readonly permissions: Readonly<Record<string, readonly string[]>>
}

/** A person or machine, and what they hold on the applications in service. Throws `NotFound`. */
export const showUser = async (signon: Signon, actor: Actor, typedEmail: string): Promise<ShownUser> => {
  enforce(mayAdminister(actor, 'look at a user'))
  return signon.read(async (stores) => {
    const account = await accountOf(stores, normaliseEmail(typedEmail), signon.clock.now())
    return { ...account, permissions: await stores.grants.heldByApplication(account.id) }
  })
}
