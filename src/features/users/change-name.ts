import { noteOfChange } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import { nameFault, type Whom } from '#domain/user.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'
import { accountOf, type UserAccount } from '#store/user-account.ts'
import { changedMeanwhile } from './stale.ts'

export type ChangeName = Whom & {
  readonly newName: string
  /** The name that the actor saw. */
  readonly was?: string
}

/**
 * Gives somebody another name. The same name again changes nothing, and is not recorded. Throws `Invalid`, `NotFound`
 * for a stranger, `Conflict` when the name is not what the actor saw.
 */
export const changeName = (signon: Signon, actor: Actor, input: ChangeName): Promise<UserAccount> =>
  signon.transaction(async (work) => {
    const name = input.newName.trim()
    const user = await lockUserFor(work, actor, 'change a name', input)
    if (user.name !== name) {
      if (input.was !== undefined && input.was !== user.name) throw changedMeanwhile('name', user.name)
      refuseFaults([nameFault(name)])
      await work.users.changeName(user.id, name)
      await work.record({ name: 'account-updated', about: user, note: noteOfChange(user.name, name) }, actor)
    }
    return accountOf(work, user.email, work.now)
  })
