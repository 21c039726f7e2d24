import { noteOfChange } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import { emailFault, normaliseEmail, type User, type Whom } from '#domain/user.ts'
import { isInvited } from '#domain/user-status.ts'
import { Conflict } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Signon, Work } from '#store/signon.ts'
import { accountOf, type UserAccount } from '#store/user-account.ts'
import { changedMeanwhile } from './stale.ts'

export type ChangeEmail = Whom & {
  readonly newEmail: string
  /** The address that the actor saw: the one that waited to be confirmed, or else the one that the account had. */
  readonly was?: string
}

export interface EmailChanging {
  readonly account: UserAccount
  /** The address that has yet to be confirmed; nothing when the change has taken effect. */
  readonly pendingEmail: string | null
}

/**
 * Changes somebody's address. A person must confirm the new one; of somebody who has not accepted their invitation it
 * is changed at once, with a new invitation, and of an API user without a mail. A change that waits is given up, so that
 * an old link cannot undo this one. Throws `Invalid`, `NotFound` for a stranger, `Conflict` for an address that is taken,
 * and when the address is not what the actor saw.
 */
export const changeEmail = (signon: Signon, actor: Actor, input: ChangeEmail): Promise<EmailChanging> =>
  signon.transaction(async (work) => {
    const newEmail = normaliseEmail(input.newEmail)
    const user = await lockUserFor(work, actor, 'change an email address', input)
    if (user.email === newEmail) throw new Conflict(`${newEmail} is the address of this account already.`)

    const pending = await work.emailChanges.seek(user.id)
    if (input.was !== undefined) refuseUnseen(input.was, newEmail, pending?.email, user.email)
    refuseFaults([emailFault(newEmail)])

    const takesEffect = await giveEmail(work, actor, user, newEmail)
    return {
      account: await accountOf(work, takesEffect ? newEmail : user.email, work.now),
      pendingEmail: takesEffect ? null : newEmail,
    }
  })

/**
 * Changes the address of a user whose row is held; `true` when it has taken effect, `false` when it must be confirmed.
 * Throws `Conflict` for an address that is taken.
 */
export const giveEmail = async (work: Work, actor: Actor, user: User, newEmail: string): Promise<boolean> => {
  const takesEffect = user.kind === 'machine' || isInvited(user)
  if (takesEffect) await changeAtOnce(work, actor, user, newEmail)
  else await begin(work, actor, user, newEmail)
  return takesEffect
}

const refuseUnseen = (was: string, newEmail: string, pending: string | undefined, email: string): void => {
  if (pending === newEmail)
    throw new Conflict(`${newEmail} is waiting to be confirmed already. If need be, resend the email to it.`)
  if (was !== (pending ?? email)) throw changedMeanwhile('email address', pending ?? email)
}

const begin = async (work: Work, actor: Actor, user: User, newEmail: string): Promise<void> => {
  if (await work.users.seekByEmail(newEmail))
    throw new Conflict(`There is already an account for ${newEmail}.`)
  await work.emailChanges.begin(user.id, newEmail, actor.userId ?? null)
  const note = noteOfChange(user.email, newEmail)
  await work.record({ name: 'email-change-begun', about: user, note }, actor)
}

const changeAtOnce = async (work: Work, actor: Actor, user: User, newEmail: string): Promise<void> => {
  await work.users.changeEmail(user.id, newEmail)
  await work.emailChanges.cancel(user.id)
  await work.accountTokens.end(user.id, 'invitation', 'password-reset')
  const note = noteOfChange(user.email, newEmail)
  await work.record({ name: 'email-changed', about: user, note, previousEmail: user.email }, actor)
  if (user.kind === 'machine' || user.suspendedAt !== null) return
  await work.invitations.send(user.id, actor.userId)
  await work.record({ name: 'account-invited', about: user, note: 'again' }, actor)
}
