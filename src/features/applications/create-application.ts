import { mayAdminister } from '#domain/administration.policy.ts'
import { type Application, signinPermission, userUpdatePermission } from '#domain/application.ts'
import { noteOfNames } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import { nameFault } from '#domain/user.ts'
import { enforce } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { randomSecret } from '#kernel/token.ts'
import type { Signon, Work } from '#store/signon.ts'
import { addressFaults } from './address-faults.ts'

export interface CreateApplication {
  readonly name: string
  readonly description?: string | undefined
  readonly homeUri?: string | undefined
  readonly redirectUris: readonly string[]
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

/** Creates an application with its permissions. Throws `Invalid` with everything that is wrong. */
export const createApplication = (
  signon: Signon,
  actor: Actor,
  input: CreateApplication,
): Promise<CreatedApplication> =>
  signon.transaction(async (work) => {
    enforce(mayAdminister(actor, 'create an application'))
    const homeUri = input.homeUri?.trim() || null
    const redirectUris = [...new Set(input.redirectUris.map((uri) => uri.trim()))]
    refuseFaults([
      nameFault(input.name),
      ...input.permissions.map(permissionFault),
      ...addressFaults({ homeUri, redirectUris }, input.allowHttp),
    ])
    const application = await work.applications.add({
      name: input.name.trim(),
      clientId: randomSecret(signon.random),
      description: input.description?.trim() || null,
      homeUri,
      redirectUris,
      isApiOnly: input.isApiOnly ?? false,
      isGdsOnly: input.isGdsOnly ?? false,
      isDirectoryApi: input.isDirectoryApi ?? input.name.trim() === directoryApiName,
      supportsPushUpdates: input.takesPushes ?? true,
      requiresPkce: input.requiresPkce ?? true,
    })
    const clientSecret = randomSecret(signon.random)
    await work.applications.addSecret(application.id, clientSecret)
    await work.record({ name: 'application-created', about: null, application: application.id }, actor)
    await addPermissions(work, actor, application, input.permissions)
    return { application, clientSecret }
  })

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

const permissionFault = (name: string): string | undefined => {
  if (name.trim() === '') return 'Enter a name for each permission'
  return name.trim().length > 255 ? 'The name of a permission must be 255 characters or less' : undefined
}
