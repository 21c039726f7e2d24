import type { Actor } from '#domain/events.ts'
import type { Whom } from '#domain/user.ts'
import { lockUserAmongSuperadminsFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'
import { accountOf, type UserAccount } from '#store/user-account.ts'
import { giveRole, type WantedRole } from './give-role.ts'

export type ChangeRole = Whom & WantedRole

/** Gives somebody else another role. Throws as `giveRole` does, and `NotFound` for a stranger. */
export const changeRole = (signon: Signon, actor: Actor, input: ChangeRole): Promise<UserAccount> =>
  signon.transaction(async (work) => {
    const held = await lockUserAmongSuperadminsFor(work, actor, 'change a role', input)
    await giveRole(work, actor, held, input)
    return accountOf(work, held.user.email, work.now)
  })
