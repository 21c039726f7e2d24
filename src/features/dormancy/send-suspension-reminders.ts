import { mayAdminister } from '#domain/administration.policy.ts'
import { type Notice, reminderBefore, reminderDue } from '#domain/dormancy.ts'
import type { Actor } from '#domain/events.ts'
import { enforce } from '#kernel/failure.ts'
import type { Signon } from '#store/signon.ts'
import { type Run, type RunOptions, walk } from '#store/walk.ts'
import { isLastSuperadmin } from './last-superadmin.ts'
import { type Noticed, tell, untold } from './tell.ts'

/**
 * Reminds everybody whose account will be suspended in 14, 7 or 3 days, or tomorrow (`reference/accounts-and-sign-in.md`
 * 10.2), of each once, however often this runs.
 */
export const sendSuspensionReminders = async (
  signon: Signon,
  actor: Actor,
  options: RunOptions = {},
): Promise<Run> => {
  enforce(mayAdminister(actor, 'look after unused accounts'))
  const now = signon.clock.now()
  return walk(signon, {
    ...options,
    async find(range) {
      const people = await signon.single.dormancy.signedInBefore(range, reminderBefore(now))
      return untold(
        signon,
        people.flatMap((person): readonly Noticed[] => {
          const notice: Notice | undefined = reminderDue(person, now)
          return notice ? [{ ...person, notice }] : []
        }),
      )
    },
    act: async (person) =>
      (await staysInAnyCase(signon, person))
        ? 'last superadmin'
        : tell(signon, person, 'suspension-reminder', options.isRehearsal ?? false),
  })
}

const staysInAnyCase = async (signon: Signon, person: Noticed): Promise<boolean> =>
  person.role === 'superadmin' && signon.transaction((work) => isLastSuperadmin(work, person))
