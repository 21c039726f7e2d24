import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { isLocked } from '#domain/lockout.ts'
import { normaliseEmail } from '#domain/user.ts'
import { enforce } from '#kernel/failure.ts'
import type { Signon } from '#store/signon.ts'
import { accountOf, type UserAccount } from '#store/user-account.ts'

export interface Unlocking {
  readonly wasLocked: boolean
  readonly account: UserAccount
}

/** Ends the lock that too many wrong passwords brought about. Where there is none nothing happens. */
export const unlockUser = (signon: Signon, actor: Actor, typedEmail: string): Promise<Unlocking> =>
  signon.transaction(async (work) => {
    enforce(mayAdminister(actor, 'unlock a user'))
    const user = await work.users.lockByEmail(normaliseEmail(typedEmail))
    const wasLocked = isLocked(user.lockedAt, work.now)
    if (wasLocked) {
      await work.users.unlock(user.id)
      await work.record({ name: 'account-unlocked', about: user }, actor)
    }
    return { wasLocked, account: await accountOf(work, user.email, work.now) }
  })
