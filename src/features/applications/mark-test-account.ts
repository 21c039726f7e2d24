import type { Actor } from '#domain/events.ts'
import type { User } from '#domain/user.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'

export interface MarkTestAccount {
  readonly email: string
  readonly isTestAccount: boolean
}

/** Says whether tests sign in with an account; reports about applications leave those out. Saying it twice is harmless. */
export const markTestAccount = (
  signon: Signon,
  actor: Actor,
  { email, isTestAccount }: MarkTestAccount,
): Promise<User> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'change an application', { email })
    const note = `test account: ${isTestAccount ? 'yes' : 'no'}`
    if (await work.applicationMonths.markTestAccount(user.id, isTestAccount))
      await work.record({ name: 'account-updated', about: user, note }, actor)
    return user
  })
