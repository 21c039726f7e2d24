import { after, hour, minute } from '#kernel/clock.ts'

/** How many of one thing one caller may do in a window of time. Offices share addresses, so these are generous. */
export interface Throttle {
  readonly name: string
  readonly limit: number
  readonly windowMilliseconds: number
}

/** Whom a network address stands for: of IPv6 its /64, which is one customer's to change within at will. */
export const throttledCaller = (address: string | undefined): string => {
  if (address === undefined) return 'unknown'
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::', 2)
  const groups = head.split(':').filter((group) => group !== '')
  const missing =
    tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter((group) => group !== '').length
  const all = [...groups, ...Array.from({ length: missing }, () => '0'), ...(tail ?? '').split(':')]
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

/** Failed sign-ins from one network address. */
export const signInThrottle: Throttle = { name: 'sign-in', limit: 200, windowMilliseconds: 10 * minute }

/** Second steps that were not passed from one network address. */
export const twoStepThrottle: Throttle = { name: 'two-step', limit: 200, windowMilliseconds: 10 * minute }

/** Failed client authentications from one network address. */
export const clientThrottle: Throttle = { name: 'client', limit: 300, windowMilliseconds: 10 * minute }

/** Links to choose another password that are asked for from one network address, and those tried that are none. */
export const resetThrottle: Throttle = { name: 'reset', limit: 60, windowMilliseconds: hour }

/**
 * Such links that are sent to one address of mail, whether anybody has it or not. Who asks for more is answered as
 * ever, and the last one stays good: a stranger must not be able to keep its owner from choosing another password.
 */
export const resetTargetThrottle: Throttle = { name: 'reset-target', limit: 5, windowMilliseconds: hour }

/** Changes of address that one person asks for, and their repetitions: each sends mail to an address of their choice. */
export const emailChangeThrottle: Throttle = { name: 'email-change', limit: 20, windowMilliseconds: hour }

/** Links about changes of address from one network address that are none. */
export const emailLinkThrottle: Throttle = { name: 'email-link', limit: 60, windowMilliseconds: hour }

/** Invitations that one network address fails to accept or decline. */
export const invitationThrottle: Throttle = {
  name: 'invitation',
  limit: 200,
  windowMilliseconds: 10 * minute,
}

/** The start of the window that `now` falls into. */
export const windowStart = ({ windowMilliseconds }: Throttle, now: Date): Date => {
  const milliseconds = now.getTime()
  return after(now, -(milliseconds % windowMilliseconds))
}

/** Whole seconds until the window that `now` falls into is over, at least 1. */
export const secondsUntilNextWindow = (throttle: Throttle, now: Date): number => {
  const end = after(windowStart(throttle, now), throttle.windowMilliseconds)
  return Math.max(1, Math.ceil((end.getTime() - now.getTime()) / 1000))
}
