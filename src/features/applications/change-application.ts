import type { ApplicationId } from '#domain/application.ts'
import { userUpdatePermission } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { administratorFor } from '#store/administration.ts'
import type { ApplicationRecord, ApplicationSettings } from '#store/application-records.ts'
import type { Signon } from '#store/signon.ts'
import { changedSince, changesBetween, InvalidSettings, type SettingName, settingFaults } from './settings.ts'

export interface ChangeApplication {
  readonly id: ApplicationId
  readonly settings: ApplicationSettings
  /** How the settings were when the form was made (`versionOf`). */
  readonly version: string
  readonly allowHttp: boolean
}

export type Changed =
  | { readonly outcome: 'changed' | 'same' }
  /** Somebody else changed these meanwhile; nothing is changed. */
  | { readonly outcome: 'stale'; readonly stored: ApplicationRecord; readonly fields: readonly SettingName[] }

/**
 * Changes what an application is and where it is. Throws `InvalidSettings` with everything that is wrong, and `Conflict`
 * when its name is another's.
 */
export const changeApplication = (
  signon: Signon,
  actor: Actor,
  { id, settings, version, allowHttp }: ChangeApplication,
): Promise<Changed> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'change an application')
    const stored = await work.applicationRecords.lock(id)
    const fields = changedSince(version, stored.settings)
    if (fields.length > 0) return { outcome: 'stale', stored, fields }
    const { own, addresses } = settingFaults(settings, allowHttp)
    if (own.length + addresses.length > 0) throw new InvalidSettings([...own, ...addresses])

    const changes = changesBetween(stored.settings, settings)
    if (changes.length === 0) return { outcome: 'same' }
    await work.applicationRecords.change(id, settings)
    if (settings.takesPushes)
      await work.grants.addPermission(id, {
        name: userUpdatePermission,
        isDelegated: false,
        isDefault: false,
        isGrantableFromUi: false,
      })
    const note = changes.join('; ')
    await work.record({ name: 'application-changed', about: null, application: id, note }, actor)
    return { outcome: 'changed' }
  })
