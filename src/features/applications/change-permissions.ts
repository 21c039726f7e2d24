import {
  type Application,
  type ApplicationId,
  type PermissionId,
  signinPermission,
} from '#domain/application.ts'
import { noteOfNames } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import type { UserId } from '#domain/user.ts'
import { Conflict, Invalid, NotFound } from '#kernel/failure.ts'
import { versionOf } from '#kernel/version.ts'
import { administratorFor } from '#store/administration.ts'
import { nameTaken, type PermissionRecord, type PermissionSettings } from '#store/permissions.ts'
import type { Signon, Stores, Work } from '#store/signon.ts'
import { permissionNameFault } from './permission-name.ts'

/** An application in service, and one of its permissions. */
export interface WhichPermission {
  readonly application: ApplicationId
  readonly id: PermissionId
}

/** Adds a permission that an application knows. Throws `Invalid` or `Conflict` about its name. */
export const addPermission = (
  signon: Signon,
  actor: Actor,
  application: ApplicationId,
  typed: PermissionSettings,
): Promise<void> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'look after permissions')
    const name = nameOf(typed)
    await lockInService(work, application)
    const { isDelegated, isDefault } = typed
    const isNew = await work.grants.addPermission(application, {
      name,
      isDelegated,
      isDefault,
      isGrantableFromUi: true,
    })
    if (!isNew) throw nameTaken()
    const note = [noteOfNames([name]), isDelegated && 'delegated', isDefault && 'default']
    await work.record(
      { name: 'permission-created', about: null, application, note: note.filter(Boolean).join(' ') },
      actor,
    )
  })

export type PermissionChanged =
  | { readonly outcome: 'changed' | 'same'; readonly name: string }
  /** Somebody else changed it meanwhile; nothing is changed. */
  | { readonly outcome: 'stale'; readonly stored: PermissionRecord }

/**
 * Changes a permission; whoever holds it keeps it. `signin` keeps its name. Throws `Invalid` or `Conflict` about the new
 * name.
 */
export const changePermission = (
  signon: Signon,
  actor: Actor,
  { application, id }: WhichPermission,
  typed: PermissionSettings,
  version: string,
): Promise<PermissionChanged> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'look after permissions')
    await lockInService(work, application)
    const stored = await work.permissions.lock(application, id)
    if (permissionVersion(stored) !== version) return { outcome: 'stale', stored }
    const name = nameOf(typed)
    if (stored.name === signinPermission && name !== signinPermission)
      throw new Conflict(`Name of permission ${signinPermission} can’t be changed`)

    const next = { name, isDelegated: typed.isDelegated, isDefault: typed.isDefault }
    const changes = changesBetween(stored, next)
    if (changes.length === 0) return { outcome: 'same', name }
    await work.permissions.change(id, next)
    const note = `${noteOfNames([stored.name])} ${changes.join(', ')}`
    await work.record({ name: 'permission-changed', about: null, application, note }, actor)
    return { outcome: 'changed', name }
  })

/** What stood on the page on which somebody confirmed that a permission is to be deleted. */
export interface RemovalSeen {
  /** Its `permissionVersion`. */
  readonly version: string
  readonly holders: number
}

export type PermissionDeleted =
  | { readonly outcome: 'deleted'; readonly name: string }
  /** Somebody else changed it, or who holds it, meanwhile; nothing is deleted. */
  | { readonly outcome: 'stale' }

/**
 * Deletes a permission and takes it away from everybody, of whom the application is told one by one. That is one event,
 * not one for each of maybe thousands of holders (`reference/admin-ui.md` 13, observation 13). Only what was seen is
 * deleted: it cannot be undone (`reference/roles-and-permissions.md` 9, observation 9). Throws `Conflict` for `signin`.
 */
export const deletePermission = (
  signon: Signon,
  actor: Actor,
  { application, id }: WhichPermission,
  seen: RemovalSeen,
): Promise<PermissionDeleted> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'look after permissions')
    const { supportsPushUpdates } = await lockInService(work, application)
    const stored = await work.permissions.lock(application, id)
    const { name } = stored
    refuseDeletion(name)
    const holders = await work.permissions.holders(application, id)
    if (permissionVersion(stored) !== seen.version || holders.length !== seen.holders)
      return { outcome: 'stale' }
    await work.permissions.remove(id)
    const note = `${noteOfNames([name])} held by ${holders.length}`
    await work.record({ name: 'permission-deleted', about: null, application, note }, actor)
    if (supportsPushUpdates) await announce(work, holders, application)
    return { outcome: 'deleted', name }
  })

/** Tells one application how these users stand with it now, maybe thousands: who was suspended meanwhile goes before them. */
const announce = async (work: Work, users: readonly UserId[], application: ApplicationId): Promise<void> => {
  for (const user of users)
    await work.jobs.add({
      name: 'announce-user',
      payload: { user, update: true, reauthenticate: false, isPatient: true, application, only: application },
    })
}

/** Throws `Conflict` for the permission that nobody could use the application without (observation 6). */
export const refuseDeletion = (name: string): void => {
  if (name === signinPermission)
    throw new Conflict(
      `Nobody could sign in to the application without ${signinPermission}, so it cannot be deleted. Retire the application instead.`,
    )
}

/** The name of an application whose permissions are looked after: one in service. Throws `NotFound` for any other. */
export const findInService = async (stores: Stores, id: ApplicationId): Promise<string> => {
  const application = await stores.applications.seek(id)
  if (!application || application.retiredAt !== null) throw noSuchApplication()
  return application.name
}

const lockInService = async (work: Work, id: ApplicationId): Promise<Application> => {
  const application = await work.applications.lock(id)
  if (!application || application.retiredAt !== null) throw noSuchApplication()
  return application
}

const noSuchApplication = (): NotFound => new NotFound('There is no application in service of this number.')

/** A word for how a permission is, which any change of it changes. */
export const permissionVersion = ({ name, isDelegated, isDefault }: PermissionSettings): string =>
  versionOf([name, isDelegated, isDefault])

const nameOf = ({ name }: PermissionSettings): string => {
  const fault = name.trim() === '' ? 'Name can’t be blank' : permissionNameFault(name)
  if (fault !== undefined) throw new Invalid(fault)
  return name.trim()
}

const changesBetween = (old: PermissionSettings, next: PermissionSettings): readonly string[] => [
  ...(old.name === next.name ? [] : [`renamed to ${next.name}`]),
  ...(old.isDelegated === next.isDelegated ? [] : [`delegated: ${next.isDelegated ? 'yes' : 'no'}`]),
  ...(old.isDefault === next.isDefault ? [] : [`default: ${next.isDefault ? 'yes' : 'no'}`]),
]
