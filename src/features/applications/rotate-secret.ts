import type { Application, ApplicationId } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { Conflict } from '#kernel/failure.ts'
import { randomSecret } from '#kernel/token.ts'
import { administratorFor } from '#store/administration.ts'
import type { WhichApplication } from '#store/applications.ts'
import type { Signon, Work } from '#store/signon.ts'
import type { CreatedApplication } from './create-application.ts'

/**
 * Gives an application a new secret. The one before it stays good until the next rotation, so that it can be
 * exchanged without a break; one older than that ends now. With the `version` of the secrets that somebody saw, a form
 * that is sent again rotates nothing.
 */
export const rotateSecret = (
  signon: Signon,
  actor: Actor,
  which: WhichApplication,
  version?: string,
): Promise<CreatedApplication> =>
  signon.transaction(async (work) => {
    const application = await lockInService(work, actor, which)
    if (version !== undefined) await refuseOldVersion(work, application.id, version)

    const clientSecret = randomSecret(signon.random)
    await work.applications.addSecret(application.id, clientSecret)
    await work.record({ name: 'application-secret-rotated', about: null, application: application.id }, actor)
    return { application, clientSecret }
  })

/** Ends the older of two secrets, once the application goes by the newer one. */
export const endOldSecret = (
  signon: Signon,
  actor: Actor,
  id: ApplicationId,
  version: string,
): Promise<Application> =>
  signon.transaction(async (work) => {
    const application = await lockInService(work, actor, { id })
    await refuseOldVersion(work, id, version)
    if (!(await work.applicationRecords.endOldSecret(id)))
      throw new Conflict(`${application.name} has one secret only.`)

    await work.record({ name: 'application-secret-ended', about: null, application: id }, actor)
    return application
  })

const lockInService = async (work: Work, actor: Actor, which: WhichApplication): Promise<Application> => {
  await administratorFor(work, actor, 'rotate a secret')
  const application = await work.applications.lockNamed(which)
  if (application.retiredAt !== null) throw new Conflict(`${application.name} is retired.`)
  return application
}

const refuseOldVersion = async (work: Work, id: ApplicationId, version: string): Promise<void> => {
  const secrets = await work.applicationRecords.secrets(id)
  if (secrets.version !== version)
    throw new Conflict(
      'The secret has been rotated since you opened that page, perhaps by yourself. Nothing was changed now. Open the page about the secret again before you go on.',
    )
}
