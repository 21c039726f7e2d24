import { type Application, signinPermission, userUpdatePermission } from '#domain/application.ts'
import { noteOfNames } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import { randomSecret } from '#kernel/token.ts'
import { administratorFor } from '#store/administration.ts'
import type { ApplicationSettings } from '#store/application-records.ts'
import type { Signon, Work } from '#store/signon.ts'
import { permissionNameFault } from './permission-name.ts'
import { InvalidSettings, type SettingFault, settingFaults } from './settings.ts'

export interface CreateApplication {
  readonly name: string
  readonly description?: string | undefined
  readonly homeUri?: string | undefined
  readonly redirectUris: readonly string[]
  readonly pushUri?: string | undefined
  readonly isApiOnly?: boolean
  readonly isGdsOnly?: boolean
  /** May its tokens look users up at `/api/users`? As the application of that name could always, unless it is said. */
  readonly isDirectoryApi?: boolean
  /** Is it told when a person's access changes? It is, unless it is said. */
  readonly takesPushes?: boolean
  /** Refuse sign-ins without PKCE; true unless it is said. */
  readonly requiresPkce?: boolean
  /** What it offers beside `signin`. */
  readonly permissions: readonly string[]
  /** Are http addresses fine, as they are in development? */
  readonly allowHttp: boolean
}

/** What the applications’ adapters have their tokens for (`reference/oauth-and-apis.md` 15). */
const directoryApiName = 'Signon API'

/** An application with the only sight of its secret. */
export interface CreatedApplication {
  readonly application: Application
  readonly clientSecret: string
}

/**
 * Creates an application with its permissions. Throws `InvalidSettings` with everything that is wrong, and `Conflict`
 * when its name is taken.
 */
export const createApplication = (
  signon: Signon,
  actor: Actor,
  input: CreateApplication,
): Promise<CreatedApplication> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'create an application')
    const { takesPushes, ...settings } = settingsOf(input)
    refuse({ takesPushes, ...settings }, input)
    const application = await work.applications.add({
      ...settings,
      clientId: randomSecret(signon.random),
      supportsPushUpdates: takesPushes,
    })
    const clientSecret = randomSecret(signon.random)
    await work.applications.addSecret(application.id, clientSecret)
    await work.record({ name: 'application-created', about: null, application: application.id }, actor)
    await addPermissions(work, actor, application, input.permissions)
    return { application, clientSecret }
  })

const settingsOf = (input: CreateApplication): ApplicationSettings => ({
  name: input.name.trim(),
  description: input.description?.trim() || null,
  homeUri: input.homeUri?.trim() || null,
  redirectUris: [...new Set(input.redirectUris.map((uri) => uri.trim()))],
  pushUri: input.pushUri?.trim() || null,
  takesPushes: input.takesPushes ?? true,
  isApiOnly: input.isApiOnly ?? false,
  isGdsOnly: input.isGdsOnly ?? false,
  isDirectoryApi: input.isDirectoryApi ?? input.name.trim() === directoryApiName,
  requiresPkce: input.requiresPkce ?? true,
})

const refuse = (settings: ApplicationSettings, { permissions, allowHttp }: CreateApplication): void => {
  const { own, addresses } = settingFaults(settings, allowHttp)
  const ofPermissions = permissions
    .map(permissionNameFault)
    .flatMap((text): readonly SettingFault[] => (text === undefined ? [] : [{ field: 'permissions', text }]))
  const faults = [...own, ...ofPermissions, ...addresses]
  if (faults.length > 0) throw new InvalidSettings(faults)
}

/** What every application has comes with it; each of the others is remembered. A name given twice counts once. */
const addPermissions = async (
  work: Work,
  actor: Actor,
  { id: application, supportsPushUpdates }: Application,
  names: readonly string[],
) => {
  const plain = { isDelegated: false, isDefault: false, isGrantableFromUi: true }
  await work.grants.addPermission(application, { ...plain, name: signinPermission, isDelegated: true })
  if (supportsPushUpdates)
    await work.grants.addPermission(application, {
      ...plain,
      name: userUpdatePermission,
      isGrantableFromUi: false,
    })
  for (const name of names.map((typed) => typed.trim()))
    if (await work.grants.addPermission(application, { ...plain, name }))
      await work.record(
        { name: 'permission-created', about: null, application, note: noteOfNames([name]) },
        actor,
      )
}
