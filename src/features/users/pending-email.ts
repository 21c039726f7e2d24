import { noteOfChange } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import { emailChangeThrottle } from '#domain/throttle.ts'
import type { User, Whom } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Signon, Work } from '#store/signon.ts'

/** Somebody’s change of address that waits, and the address that the actor saw of it. */
export type PendingEmailOf = Whom & { readonly pendingEmail: string }

/**
 * Has the mails about a change of somebody’s address written again, with fresh links. Throws `Conflict` when that change
 * waits no longer, `TooManyAttempts` when it was sent too often.
 */
export const resendPendingEmail = (signon: Signon, actor: Actor, input: PendingEmailOf): Promise<User> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'change an email address', input)
    const email = await findPending(work, user, input)
    await work.throttles.take(emailChangeThrottle, `administrators of ${user.id}`)
    const note = `${noteOfChange(user.email, email)}, sent again`
    await work.record({ name: 'email-change-begun', about: user, note }, actor)
    return user
  })

/** Gives up a change of somebody’s address; links to it are dead. Throws `Conflict` when that change waits no longer. */
export const cancelPendingEmail = (signon: Signon, actor: Actor, input: PendingEmailOf): Promise<User> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'change an email address', input)
    const email = await findPending(work, user, input)
    await work.emailChanges.cancel(user.id)
    const note = noteOfChange(user.email, email)
    await work.record({ name: 'email-change-cancelled', about: user, note }, actor)
    return user
  })

const findPending = async (work: Work, user: User, { pendingEmail }: PendingEmailOf): Promise<string> => {
  const change = await work.emailChanges.seek(user.id)
  if (!change)
    throw new Conflict(
      `No change of ${user.name}’s email address is waiting any more: it was confirmed or cancelled.`,
    )
  if (change.email !== pendingEmail)
    throw new Conflict(
      `Another change of ${user.name}’s email address is waiting by now, to ${change.email}. Look at it before you do this.`,
    )
  return change.email
}
