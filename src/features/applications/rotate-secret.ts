import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { Conflict, enforce } from '#kernel/failure.ts'
import { randomSecret } from '#kernel/token.ts'
import type { Signon } from '#store/signon.ts'
import type { CreatedApplication } from './create-application.ts'

/**
 * Gives an application a new secret. The one before it stays good until the next rotation, so that it can be
 * exchanged without a break; one older than that ends now.
 */
export const rotateSecret = (signon: Signon, actor: Actor, name: string): Promise<CreatedApplication> =>
  signon.transaction(async (work) => {
    enforce(mayAdminister(actor, 'rotate a secret'))
    const application = await work.applications.lockByName(name)
    if (application.retiredAt !== null) throw new Conflict(`${application.name} is retired.`)

    const clientSecret = randomSecret(signon.random)
    await work.applications.addSecret(application.id, clientSecret)
    await work.record({ name: 'application-secret-rotated', about: null, application: application.id }, actor)
    return { application, clientSecret }
  })
