import { noteOfChange } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import { emailFault, nameFault, normaliseEmail, type UserId } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'

/** Something of an API user that is another from now on. */
export interface ChangeApiUser {
  readonly id: UserId
  readonly to: string
  /** What it was when the actor saw it. */
  readonly was: string
}

/** Somebody else changed what the actor wants to change; `now` is what it has become. */
export class ChangedMeanwhile extends Conflict {
  readonly now: string

  constructor(now: string) {
    super(`Somebody has changed this to ${now} meanwhile. Save again if it should be another one.`)
    this.now = now
  }
}

/**
 * Gives an API user another name. The same again is harmless, and not recorded. Throws `Invalid`, `NotFound`, and
 * `ChangedMeanwhile`.
 */
export const changeApiUserName = (
  signon: Signon,
  actor: Actor,
  { id, to, was }: ChangeApiUser,
): Promise<void> =>
  signon.transaction(async (work) => {
    const name = to.trim()
    refuseFaults([nameFault(name)])
    const user = await lockUserFor(work, actor, 'change an API user', { id, kind: 'machine' })
    if (user.name === name) return
    if (user.name !== was) throw new ChangedMeanwhile(user.name)
    await work.users.changeName(id, name)
    await work.record({ name: 'account-updated', about: user, note: noteOfChange(was, name) }, actor)
  })

/**
 * Gives an API user another address, at once and without a mail (`reference/accounts-and-sign-in.md` 1.3). Throws as
 * `changeApiUserName` does, and `Conflict` for an address that somebody has.
 */
export const changeApiUserEmail = (
  signon: Signon,
  actor: Actor,
  { id, to, was }: ChangeApiUser,
): Promise<void> =>
  signon.transaction(async (work) => {
    const email = normaliseEmail(to)
    const user = await lockUserFor(work, actor, 'change an API user', { id, kind: 'machine' })
    if (user.email === email) return
    refuseFaults([emailFault(email)])
    if (user.email !== was) throw new ChangedMeanwhile(user.email)
    await work.users.changeEmail(id, email)
    const event = { name: 'email-changed', about: user, note: noteOfChange(was, email) } as const
    await work.record({ ...event, previousEmail: was }, actor)
  })
