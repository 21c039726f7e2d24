import type { Actor } from '#domain/events.ts'
import { isLocked } from '#domain/lockout.ts'
import type { Whom } from '#domain/user.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'
import { accountOf, type UserAccount } from '#store/user-account.ts'

export interface Unlocking {
  readonly wasLocked: boolean
  readonly account: UserAccount
}

/** Ends the lock that too many wrong passwords brought about. Where there is none nothing happens. */
export const unlockUser = (signon: Signon, actor: Actor, whom: Whom): Promise<Unlocking> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'unlock a user', whom)
    const wasLocked = isLocked(user.lockedAt, work.now)
    if (wasLocked) {
      await work.users.unlock(user.id)
      await work.record({ name: 'account-unlocked', about: user }, actor)
    }
    return { wasLocked, account: await accountOf(work, user.email, work.now) }
  })
