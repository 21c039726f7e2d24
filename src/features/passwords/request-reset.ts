import type { Actor, SignonEvent } from '#domain/events.ts'
import { resetTargetThrottle, resetThrottle, throttledCaller } from '#domain/throttle.ts'
import { normaliseEmail, type UserId, type UserUid } from '#domain/user.ts'
import type { Signon } from '#store/signon.ts'

/**
 * Asks for a link to choose another password; a job writes the mail, and says to the suspended and the invited why
 * there is no link. For an address that no person has, the same is done and nothing of it stays: neither the answer nor
 * its time tells which it was, and a throttle counts addresses whether anybody has them or not; beyond it nothing is
 * sent, and the answer stays the same. That is what is wrong with what was typed, or nothing. Throws `TooManyAttempts`
 * when too many links were asked for from one network address.
 */
export const requestReset = async (
  signon: Signon,
  from: Actor,
  typed: string,
): Promise<string | undefined> => {
  const email = normaliseEmail(typed)
  if (email === '') return 'Enter an email address'
  const target = signon.keys.mac('reset target', email).toString('base64url')
  await signon.single.throttles.take(resetThrottle, throttledCaller(from.address))
  if (!(await signon.single.throttles.takeSilently(resetTargetThrottle, target))) return undefined

  return signon.transaction(async (work) => {
    const user = await work.users.seekByEmail(email)
    const isPerson = user?.kind === 'person'
    const about: SignonEvent['about'] = isPerson ? user : nobody(signon)
    await work.keepIf(isPerson, () => work.record({ name: 'password-reset-requested', about }, from))
    return undefined
  })
}

const nobody = ({ random }: Signon) => ({ id: 0 as UserId, uid: random.uuid() as UserUid })
