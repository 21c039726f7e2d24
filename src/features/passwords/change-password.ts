import { noteOfErrors } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import { type NewPasswordFaults, newPasswordFaults } from '#store/new-password.ts'
import { checkOwnPassword } from '#store/own-password.ts'
import type { Session } from '#store/sessions.ts'
import type { Signon } from '#store/signon.ts'

export interface ChangePassword {
  readonly current: string
  readonly password: string
  readonly confirmation: string
}

export interface ChangePasswordFaults extends NewPasswordFaults {
  readonly current?: string
}

export type ChangePasswordOutcome =
  | { readonly outcome: 'changed' }
  | { readonly outcome: 'refused'; readonly faults: ChangePasswordFaults }
  /** By too many wrong current passwords. */
  | { readonly outcome: 'locked'; readonly until: Date }

const wrong = { current: 'Current password is invalid' } as const

/**
 * Gives the signed-in person another password: every other session of theirs ends, and every browser is forgotten. Wrong
 * current passwords count towards the lock.
 */
export const changePassword = async (
  signon: Signon,
  actor: Actor,
  session: Pick<Session, 'id' | 'user'>,
  typed: ChangePassword,
): Promise<ChangePasswordOutcome> => {
  const { user } = session
  const owner = await signon.single.passwords.owner(user.id)
  const checked = await checkOwnPassword(signon, actor, user, typed.current)
  if (checked.outcome === 'locked') {
    await refuse(signon, actor, session, wrong)
    return checked
  }
  const attempt = checked.outcome === 'right' ? checked.attempt : undefined
  // Only the owner is told that a password was used before: it would be another way to try passwords.
  const faults = await newPasswordFaults(signon, attempt ? owner : { ...owner, usedHashes: [] }, typed)
  if (!attempt?.passwordHash || faults)
    return refuse(signon, actor, session, { ...(!attempt && currentFault(typed)), ...faults })

  const hash = await signon.passwords.hash(typed.password)
  const isChanged = await signon.transaction(async (work) => {
    if (!(await work.passwords.replace(user.id, hash, attempt.passwordHash ?? undefined))) return false
    await work.sessions.endOthers(user.id, session.id)
    await work.rememberedBrowsers.endAll(user.id)
    await work.record({ name: 'password-changed', about: user }, actor)
    return true
  })
  // Somebody was faster, and the current password is another now.
  return isChanged ? { outcome: 'changed' } : refuse(signon, actor, session, wrong)
}

const currentFault = ({ current }: ChangePassword): ChangePasswordFaults =>
  current === '' ? { current: 'Current password can’t be blank' } : wrong

const refuse = async (
  signon: Signon,
  actor: Actor,
  { user }: Pick<Session, 'user'>,
  faults: ChangePasswordFaults,
): Promise<ChangePasswordOutcome> => {
  const note = noteOfErrors(Object.values(faults))
  await signon.transaction((work) =>
    work.record({ name: 'password-change-failed', about: user, note }, actor),
  )
  return { outcome: 'refused', faults }
}
