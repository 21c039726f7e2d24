import { mayAdminister } from '#domain/administration.policy.ts'
import type { Application } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { Conflict, enforce } from '#kernel/failure.ts'
import type { Signon } from '#store/signon.ts'

/**
 * Takes an application out of service: nobody signs in to it, and its tokens are good for nothing. All that belongs
 * to it is kept (`reference/oauth-and-apis.md` 3.3).
 */
export const retireApplication = (signon: Signon, actor: Actor, name: string): Promise<Application> =>
  signon.transaction(async (work) => {
    enforce(mayAdminister(actor, 'retire an application'))
    const application = await work.applications.lockByName(name)
    if (application.retiredAt !== null) throw new Conflict(`${application.name} is retired already.`)

    await work.applications.retire(application.id)
    await work.record({ name: 'application-retired', about: null, application: application.id }, actor)
    return { ...application, retiredAt: work.now }
  })
