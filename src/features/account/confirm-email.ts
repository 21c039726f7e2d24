import { noteOfChange } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import { isLocked } from '#domain/lockout.ts'
import type { UserId } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { checkOwnPassword } from '#store/own-password.ts'
import type { Signon } from '#store/signon.ts'
import { countDeadLink, type LinkedChange, seekLinkedChange } from './email-change-link.ts'

/**
 * What came of confirming. `impossible` does not say why: the link was used, replaced or cancelled, it is too old, or
 * its address has become somebody else's.
 */
export type Confirmation = 'confirmed' | 'impossible' | 'wrong password' | 'suspended'

/** The change that a link would confirm now; nothing when it would not. Looking changes nothing. */
export const seekConfirmation = (signon: Signon, token: string): Promise<LinkedChange | undefined> =>
  signon.read(async (stores) => {
    const change = await seekLinkedChange(stores, 'email-confirmation', token)
    if (!change?.isPending) return undefined
    return (await stores.users.seekByEmail(change.newEmail)) ? undefined : change
  })

/**
 * Confirms a new address for its owner, who is signed in, or has shown by the password of this hash who they are. It
 * works once, however often it is tried at the same time. Throws `TooManyAttempts` for links that are none.
 */
export const confirmEmail = async (
  signon: Signon,
  actor: Actor,
  owner: UserId,
  token: string,
  provenBy?: string | null,
): Promise<Confirmation> => {
  const outcome = await takeChange(signon, actor, owner, token, provenBy)
  if (outcome === 'impossible') await countDeadLink(signon, actor)
  return outcome
}

const takeChange = (
  signon: Signon,
  actor: Actor,
  owner: UserId,
  token: string,
  provenBy: string | null | undefined,
): Promise<Confirmation> =>
  signon
    .transaction(async (work): Promise<Confirmation> => {
      const user = await work.users.lockById(owner)
      // Much may have happened while the password was being checked: a lock, a suspension, a new password.
      if (user.suspendedAt !== null || isLocked(user.lockedAt, work.now)) return 'impossible'
      if (provenBy && !(await work.passwords.isStill(owner, provenBy))) return 'impossible'
      const change = await seekLinkedChange(work, 'email-confirmation', token)
      if (change?.user.id !== owner || !(await work.emailChanges.take(owner, change.newEmail)))
        return 'impossible'

      await work.users.changeEmail(owner, change.newEmail)
      // The link to object stays: it can stop nothing any more, and tells the old address what has happened.
      await work.accountTokens.end(owner, 'email-confirmation', 'password-reset')
      const note = noteOfChange(user.email, change.newEmail)
      const event = { name: 'email-change-confirmed', about: user, note, previousEmail: user.email } as const
      await work.record(event, actor)
      return 'confirmed'
    })
    .catch((error: unknown) => {
      if (error instanceof Conflict) return 'impossible'
      throw error
    })

/**
 * The same for somebody who is not signed in, and shows by the password that the account is theirs. They are not signed
 * in by it, and wrong passwords count like those of signing in (`reference/accounts-and-sign-in.md` 17, row 1). Throws
 * `TooManyAttempts`.
 */
export const confirmEmailWithPassword = async (
  signon: Signon,
  from: Actor,
  token: string,
  password: string,
): Promise<Confirmation> => {
  const change = await seekConfirmation(signon, token)
  if (!change) {
    await countDeadLink(signon, from)
    return 'impossible'
  }
  const about = change.user
  const checked = await checkOwnPassword(signon, from, about, password)
  // Nobody who is not signed in is told of a lock, here as little as at the sign-in page.
  if (checked.outcome !== 'right') {
    const note = 'to confirm a new email address'
    await signon.transaction((work) => work.record({ name: 'sign-in-failed', about, note }, from))
    return 'wrong password'
  }
  const { attempt } = checked
  if (attempt.isSuspended) {
    await signon.transaction((work) => work.record({ name: 'suspended-sign-in', about }, from))
    return 'suspended'
  }
  return confirmEmail(signon, { ...from, userId: attempt.id }, attempt.id, token, attempt.passwordHash)
}
