import type { Actor, SignonEvent } from '#domain/events.ts'
import { resetTargetThrottle, resetThrottle, throttledCaller } from '#domain/throttle.ts'
import { normaliseEmail, type UserId, type UserUid } from '#domain/user.ts'
import type { Signon } from '#store/signon.ts'

/**
 * Asks for a link to choose another password; a job writes the mail, and says to the suspended and the invited why
 * there is no link. For an address that no person has, the same is done and nothing of it stays: neither the answer nor
 * its time tells which it was, and a throttle counts addresses whether anybody has them or not. Throws
 * `TooManyAttempts`.
 */
export const requestReset = async (signon: Signon, from: Actor, typed: string): Promise<void> => {
  const email = normaliseEmail(typed)
  const target = signon.keys.mac('reset target', email).toString('base64url')
  await signon.single.throttles.take(resetThrottle, throttledCaller(from.address))
  await signon.single.throttles.take(resetTargetThrottle, target)

  await signon.transaction(async (work) => {
    const user = await work.users.seekByEmail(email)
    const isPerson = user?.kind === 'person'
    const about: SignonEvent['about'] = isPerson ? user : nobody(signon)
    await work.keepIf(isPerson, () => work.record({ name: 'password-reset-requested', about }, from))
  })
}

const nobody = ({ random }: Signon) => ({ id: 0 as UserId, uid: random.uuid() as UserUid })
