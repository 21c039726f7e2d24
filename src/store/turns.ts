import type { AdministrativeAction, Administrator } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import type { UserId } from '#domain/user.ts'
import { Failure, Forbidden } from '#kernel/failure.ts'
import { administratorFor } from './administration.ts'
import type { Signon, Work } from './signon.ts'

/** Something that was prepared for many users, and is done to one after another. */
export interface Turns<Taken extends { readonly user: UserId }> {
  /** How many are dealt with at a time. */
  readonly atOnce: number
  /** Whose turn it is, held until the transaction ends; nothing when nobody waits any more. */
  readonly takeNext: (work: Work) => Promise<Taken | undefined>
  /** Deals with one user, and notes what came of it. */
  readonly act: (work: Work, taken: Taken) => Promise<void>
  readonly noteFailure: (user: UserId, reason: string) => Promise<void>
  /** Ends it when everybody has had their turn, or at once for this reason. */
  readonly end: (stoppedBecause?: string) => Promise<void>
}

/** Whoever it is done in the name of has lost the right to it. */
class NoRight extends Error {}

/**
 * Gives each user their turn, in a transaction of their own: one who fails stops nobody, and what was killed goes on
 * where it stopped. It ends early when whoever it is done in the name of may not do it any more (`stillAdministratorFor`).
 */
export const takeTurns = async <Taken extends { readonly user: UserId }>(
  signon: Signon,
  turns: Turns<Taken>,
): Promise<void> => {
  const lane = async (): Promise<void> => {
    while (await takeTurn(signon, turns)) {
      // On to the next, until nobody waits.
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: turns.atOnce }, lane))
  for (const { reason } of lanes.filter((one) => one.status === 'rejected')) {
    if (!(reason instanceof NoRight)) throw reason
    await turns.end('The person in whose name it was done may not do this any more.')
  }
  await turns.end()
}

const takeTurn = async <Taken extends { readonly user: UserId }>(
  signon: Signon,
  { takeNext, act, noteFailure }: Turns<Taken>,
): Promise<boolean> => {
  let taken: Taken | undefined
  try {
    return await signon.transaction(async (work) => {
      taken = await takeNext(work)
      if (!taken) return false
      await act(work, taken)
      return true
    })
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'unavailable' || !taken) throw error
    await noteFailure(taken.user, error.message)
    return true
  }
}

/** Whoever it is done in the name of, with the rights that they have in this moment. Without the right to it, all turns end. */
export const stillAdministratorFor = (
  work: Work,
  actor: Actor,
  action: AdministrativeAction,
): Promise<Administrator> =>
  administratorFor(work, actor, action).catch((error: unknown) => {
    throw error instanceof Forbidden ? new NoRight() : error
  })
