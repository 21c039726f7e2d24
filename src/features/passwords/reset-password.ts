import { noteOfErrors } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import type { PasswordOwner } from '#domain/password.ts'
import { resetThrottle, throttledCaller } from '#domain/throttle.ts'
import type { User } from '#domain/user.ts'
import { type NewPasswordFaults, newPasswordFaults } from '#store/new-password.ts'
import type { Signon } from '#store/signon.ts'

export interface ResetPassword {
  /** The text of the link's token. */
  readonly token: string
  readonly password: string
  readonly confirmation: string
}

export type ResetOutcome =
  | { readonly outcome: 'reset' | 'dead link' }
  /** The link is still good. */
  | { readonly outcome: 'refused'; readonly owner: PasswordOwner; readonly faults: NewPasswordFaults }

/** Who may choose another password by this link; nobody when it is dead. Looking changes and records nothing. */
export const seekResetOwner = async (signon: Signon, token: string): Promise<PasswordOwner | undefined> => {
  const link = await seekLink(signon, token)
  return link?.fault === null ? signon.single.passwords.owner(link.user.id) : undefined
}

/** The same for somebody who opens the link, which is recorded. It may be opened many times: scanners of mail do. */
export const openResetLink = async (
  signon: Signon,
  from: Actor,
  token: string,
): Promise<PasswordOwner | undefined> => {
  const link = await seekLink(signon, token)
  if (!link) return undefined
  await signon.transaction(async (work) => {
    await work.record({ name: 'password-reset-opened', about: link.user }, from)
    if (link.isExpired) await work.record({ name: 'password-reset-expired', about: link.user }, from)
  })
  return link.fault === null ? signon.single.passwords.owner(link.user.id) : undefined
}

/**
 * Chooses another password by a link, which ends with it and not before: a password that is refused leaves it good, and
 * of any number of parallel tries one succeeds. A lock by wrong passwords, all sessions and remembered browsers end;
 * nobody is signed in. Throws `TooManyAttempts` for links that are none.
 */
export const resetPassword = async (
  signon: Signon,
  from: Actor,
  typed: ResetPassword,
): Promise<ResetOutcome> => {
  const link = await seekLink(signon, typed.token)
  if (link?.fault !== null) return refuseLink(signon, from, link)
  const { user } = link
  const owner = await signon.single.passwords.owner(user.id)
  const faults = await newPasswordFaults(signon, owner, typed)
  if (faults) {
    await recordFailure(signon, from, user, Object.values(faults))
    return { outcome: 'refused', owner, faults }
  }

  const hash = await signon.passwords.hash(typed.password)
  const isReset = await signon.transaction(async (work) => {
    const { suspendedAt } = await work.users.lockById(user.id)
    if (suspendedAt !== null || !(await work.accountTokens.take('password-reset', typed.token))) return false
    await work.passwords.replace(user.id, hash)
    await work.sessions.endAll(user.id)
    await work.rememberedBrowsers.endAll(user.id)
    await work.record({ name: 'password-reset', about: user }, { ...from, userId: user.id })
    return true
  })
  return isReset ? { outcome: 'reset' } : refuseLink(signon, from, { ...link, fault: unknownLink })
}

const unknownLink = 'Reset password token is invalid'
const expiredLink = 'Reset password token has expired, please request a new one'

interface ResetLink {
  readonly user: User
  readonly isExpired: boolean
  /** Why it is dead, or nothing. */
  readonly fault: string | null
}

const seekLink = async ({ single }: Signon, token: string): Promise<ResetLink | undefined> => {
  const sent = await single.accountTokens.seek('password-reset', token)
  const user = sent && (await single.users.seek(sent.userId))
  return user && { user, isExpired: sent.isExpired, fault: faultOf(user, sent.isExpired) }
}

const faultOf = ({ suspendedAt }: User, isExpired: boolean): string | null => {
  if (isExpired) return expiredLink
  return suspendedAt === null ? null : 'Account is suspended'
}

/** Whose link it was is known when it is expired, or was used meanwhile; anybody may send what never was one. */
const refuseLink = async (
  signon: Signon,
  from: Actor,
  link: ResetLink | undefined,
): Promise<ResetOutcome> => {
  await signon.single.throttles.take(resetThrottle, throttledCaller(from.address))
  await recordFailure(signon, from, link?.user ?? null, [link?.fault ?? unknownLink])
  return { outcome: 'dead link' }
}

const recordFailure = (
  signon: Signon,
  from: Actor,
  about: User | null,
  errors: readonly string[],
): Promise<void> =>
  signon.transaction((work) =>
    work.record({ name: 'password-reset-failed', about, note: noteOfErrors(errors) }, from),
  )
