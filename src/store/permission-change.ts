import { type Administrator, mayGive } from '#domain/administration.policy.ts'
import { type ApplicationId, type PermissionId, signinPermission } from '#domain/application.ts'
import { noteOfNames } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import type { User } from '#domain/user.ts'
import { enforce, Invalid, NotFound } from '#kernel/failure.ts'
import type { Permission } from './grants.ts'
import type { Stores, Work } from './signon.ts'

/** What somebody is given and what is taken from them; whatever is in neither stays as it is. */
export interface PermissionChange<Of> {
  readonly add: readonly Of[]
  readonly remove: readonly Of[]
}

/** Names of what was really added and removed, `signin` first: neither what was held already nor what was gone. */
export interface ChangedPermissions {
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

/**
 * Gives and takes permissions of one application. The user must be held by the transaction, so that of two changes at
 * once none is lost. Throws `NotFound` for a permission that people do not give or that is not of this application, or
 * when that is retired; `Forbidden` for one that this administrator may not give or take; `Invalid` for one that is
 * both given and taken. Then nothing is changed at all.
 */
export const changePermissions = async (
  work: Work,
  actor: Actor,
  administrator: Administrator,
  user: User,
  application: ApplicationId,
  { add, remove }: PermissionChange<PermissionId>,
): Promise<ChangedPermissions> => {
  if (add.some((id) => remove.includes(id)))
    throw new Invalid('A permission cannot be both given and taken away.')
  const known = await work.grants.lockPermissions(application, [...add, ...remove])
  const change = { add: grantable(known, add), remove: grantable(known, remove) }
  const standing = await standingOf(work, administrator, user, application)
  for (const permission of change.add)
    enforce(mayGive(administrator, permission, { ...standing, isTaking: false }))
  for (const permission of change.remove)
    enforce(mayGive(administrator, permission, { ...standing, isTaking: true }))
  return giveAndTake(work, actor, user, application, change)
}

/** How an administrator stands to a user and an application, as far as `mayGive` asks. */
export const standingOf = async (
  { grants }: Stores,
  administrator: Administrator,
  user: Pick<User, 'id'>,
  application: ApplicationId,
): Promise<{ readonly hasAccess: boolean; readonly isOneself: boolean }> =>
  administrator.kind === 'person'
    ? {
        hasAccess: await grants.holdsSignin(administrator.id, application),
        isOneself: administrator.id === user.id,
      }
    : { hasAccess: false, isOneself: false }

/**
 * Gives and takes without asking who may, and records it when something was changed. Without `signin` the user's tokens
 * and codes for the application end at once; those that are left when it is given do, too.
 */
export const giveAndTake = async (
  work: Work,
  actor: Actor,
  user: User,
  application: ApplicationId,
  { add, remove }: PermissionChange<Permission>,
): Promise<ChangedPermissions> => {
  const given = await work.grants.addAll(user.id, application, add.map(idOf))
  const taken = await work.grants.removeAll(user.id, application, remove.map(idOf))
  const added = add.filter(({ id }) => given.includes(id)).map(nameOf)
  const removed = remove.filter(({ id }) => taken.includes(id))
  const concerns = { about: user, application }
  if (added.length > 0)
    await work.record({ name: 'permissions-added', ...concerns, note: noteOfNames(added) }, actor)
  if (removed.length > 0) {
    const note = noteOfNames(removed.map(nameOf))
    await work.record({ name: 'permissions-removed', ...concerns, note }, actor)
  }
  if (removed.some(({ isSignin }) => isSignin)) await endTokens(work, actor, user, application)
  // What a code that was redeemed in the moment of the removal left behind must not live again.
  if (added.includes(signinPermission)) await work.authorizations.endAll(user.id, application)
  return { added, removed: removed.map(nameOf) }
}

const endTokens = async (work: Work, actor: Actor, user: User, application: ApplicationId): Promise<void> => {
  await work.authorizations.endAll(user.id, application)
  for (const revoked of await work.apiTokens.revokeAll(user.id, application))
    await work.record({ name: 'api-token-revoked', about: user, application: revoked }, actor)
}

const grantable = (known: readonly Permission[], ids: readonly PermissionId[]): readonly Permission[] => {
  const found = known.filter(({ id, isGrantable }) => isGrantable && ids.includes(id))
  if (found.length < new Set(ids).size)
    throw new NotFound(
      'The application does not have one of these permissions, or not any more. Go back, reload the page, and try again.',
    )
  return found
}

const idOf = ({ id }: Permission): PermissionId => id
const nameOf = ({ name }: Permission): string => name
