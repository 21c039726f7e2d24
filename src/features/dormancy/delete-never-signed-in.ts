import { mayAdminister } from '#domain/administration.policy.ts'
import { neverSignedInBefore, neverSignedInNote } from '#domain/dormancy.ts'
import type { Actor } from '#domain/events.ts'
import { enforce } from '#kernel/failure.ts'
import type { Dormant } from '#store/dormancy.ts'
import type { Signon } from '#store/signon.ts'
import { type Outcome, type Run, type RunOptions, walk } from '#store/walk.ts'
import { isLastSuperadmin } from './last-superadmin.ts'

/**
 * Deletes everybody who was last invited more than 90 days ago and never signed in, with or without a password
 * (`reference/accounts-and-sign-in.md` 10.3), each in a transaction of their own. The log keeps what happened.
 */
export const deleteNeverSignedIn = async (
  signon: Signon,
  actor: Actor,
  options: RunOptions = {},
): Promise<Run> => {
  enforce(mayAdminister(actor, 'look after unused accounts'))
  const before = neverSignedInBefore(signon.clock.now())
  return walk(signon, {
    ...options,
    find: (range) => signon.single.dormancy.neverSignedIn(range, before),
    act: (person) => deleteOne(signon, actor, person, options.isRehearsal ?? false),
  })
}

const deleteOne = (signon: Signon, actor: Actor, person: Dormant, isRehearsal: boolean): Promise<Outcome> =>
  signon.transaction(async (work) => {
    if (await isLastSuperadmin(work, person)) return 'last superadmin'
    const unused = await work.dormancy.lockNeverSignedIn(person, neverSignedInBefore(work.now))
    if (!unused?.invitedAt) return 'passed over'
    if (isRehearsal) return 'done'

    const note = neverSignedInNote(unused.email, unused.invitedAt)
    await work.record({ name: 'account-deleted', about: unused, note }, actor)
    await work.users.remove(unused.id)
    return 'done'
  })
