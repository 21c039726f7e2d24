import { mayAdminister } from '#domain/administration.policy.ts'
import { neverSignedInBefore, warningBefore, warningOf } from '#domain/dormancy.ts'
import type { Actor } from '#domain/events.ts'
import { enforce } from '#kernel/failure.ts'
import type { Signon } from '#store/signon.ts'
import { type Run, type RunOptions, walk } from '#store/walk.ts'
import { type Noticed, tell, untold } from './tell.ts'

/** Warns whoever invited somebody who never signed in that the account is deleted in 7 days; once for each invitation. */
export const warnInviters = async (signon: Signon, actor: Actor, options: RunOptions = {}): Promise<Run> => {
  enforce(mayAdminister(actor, 'look after unused accounts'))
  const now = signon.clock.now()
  return walk(signon, {
    ...options,
    async find(range) {
      const people = await signon.single.dormancy.neverSignedIn(range, warningBefore(now))
      return untold(
        signon,
        people.flatMap((person): readonly Noticed[] => {
          const { invitedAt, invitedBy } = person
          // Whose time is over is deleted without another word.
          if (!invitedAt || invitedBy === null || invitedAt < neverSignedInBefore(now)) return []
          return [{ ...person, notice: warningOf(invitedAt, now) }]
        }),
      )
    },
    act: (person) => tell(signon, person, 'deletion-warning', options.isRehearsal ?? false),
  })
}
