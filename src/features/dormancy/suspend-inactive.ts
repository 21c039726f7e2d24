import { mayAdminister } from '#domain/administration.policy.ts'
import { unusedBefore, unusedReason } from '#domain/dormancy.ts'
import type { Actor } from '#domain/events.ts'
import { enforce } from '#kernel/failure.ts'
import type { Dormant } from '#store/dormancy.ts'
import type { Signon } from '#store/signon.ts'
import { type Outcome, type Run, type RunOptions, walk } from '#store/walk.ts'
import { isLastSuperadmin } from './last-superadmin.ts'

/**
 * Suspends everybody who has not signed in for 45 days (`reference/accounts-and-sign-in.md` 10.1), each in a
 * transaction of their own: whoever signs in meanwhile stays. Doing it again is harmless.
 */
export const suspendInactive = async (
  signon: Signon,
  actor: Actor,
  options: RunOptions = {},
): Promise<Run> => {
  enforce(mayAdminister(actor, 'look after unused accounts'))
  const before = unusedBefore(signon.clock.now())
  return walk(signon, {
    ...options,
    find: (range) => signon.single.dormancy.unused(range, before),
    act: (person) => suspendUnused(signon, actor, person, options.isRehearsal ?? false),
  })
}

const suspendUnused = (
  signon: Signon,
  actor: Actor,
  person: Dormant,
  isRehearsal: boolean,
): Promise<Outcome> =>
  signon.transaction(async (work) => {
    if (await isLastSuperadmin(work, person)) return 'last superadmin'
    const unused = await work.dormancy.lockUnused(person, unusedBefore(work.now))
    if (!unused) return 'passed over'
    if (isRehearsal) return 'done'

    await work.users.suspend(unused.id, unusedReason(work.now))
    await work.sessions.endAll(unused.id)
    await work.rememberedBrowsers.endAll(unused.id)
    await work.authorizations.endAll(unused.id)
    await work.accountTokens.end(unused.id, 'password-reset')
    await work.record({ name: 'account-suspended-as-unused', about: unused }, actor)
    return 'done'
  })
