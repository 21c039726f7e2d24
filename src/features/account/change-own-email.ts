import { noteOfChange } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import { emailChangeThrottle } from '#domain/throttle.ts'
import { emailFault, normaliseEmail, type UserId } from '#domain/user.ts'
import type { Signon } from '#store/signon.ts'

/**
 * Begins a change of one's own address; it takes effect when the new address confirms it. The answer is what is wrong
 * with what was typed, or nothing. An address that is somebody's is taken like any other, so that nobody learns who
 * has an account: the mail to it is then not written (`email-confirmation.email.ts`), and nothing can be confirmed.
 */
export const beginEmailChange = async (
  signon: Signon,
  actor: Actor,
  owner: UserId,
  typed: string,
): Promise<string | undefined> => {
  const email = normaliseEmail(typed)
  const fault = emailFault(email)
  if (fault !== undefined) return fault

  await signon.single.throttles.take(emailChangeThrottle, String(owner))
  return signon.transaction(async (work) => {
    const user = await work.users.lockById(owner)
    if (user.email === email) return 'Nothing to update.'
    await work.emailChanges.begin(owner, email, owner)
    const note = noteOfChange(user.email, email)
    await work.record({ name: 'email-change-begun', about: user, note }, actor)
    return undefined
  })
}

/**
 * Has both mails written again, with fresh links: the old address is told as often as the new one, so that its way to
 * object lasts as long as the way to confirm. `false` when no change waits.
 */
export const resendEmailChange = async (signon: Signon, actor: Actor, owner: UserId): Promise<boolean> => {
  await signon.single.throttles.take(emailChangeThrottle, String(owner))
  return signon.transaction(async (work) => {
    const user = await work.users.lockById(owner)
    const change = await work.emailChanges.seek(owner)
    if (!change) return false
    const note = `${noteOfChange(user.email, change.email)}, sent again`
    await work.record({ name: 'email-change-begun', about: user, note }, actor)
    return true
  })
}

/** Gives up the change that waits; links to it are dead. Doing it again is harmless. */
export const cancelEmailChange = (signon: Signon, actor: Actor, owner: UserId): Promise<void> =>
  signon.transaction(async (work) => {
    const user = await work.users.lockById(owner)
    const email = await work.emailChanges.cancel(owner)
    if (email === undefined) return
    const note = noteOfChange(user.email, email)
    await work.record({ name: 'email-change-cancelled', about: user, note }, actor)
  })
