import type { Application, ApplicationId } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { Conflict } from '#kernel/failure.ts'
import { administratorFor } from '#store/administration.ts'
import type { WhichApplication } from '#store/applications.ts'
import type { Signon } from '#store/signon.ts'

/**
 * Takes an application out of service: nobody signs in to it, and its tokens are good for nothing. All that belongs
 * to it is kept (`reference/oauth-and-apis.md` 3.3).
 */
export const retireApplication = (
  signon: Signon,
  actor: Actor,
  which: WhichApplication,
): Promise<Application> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'retire an application')
    const application = await work.applications.lockNamed(which)
    if (application.retiredAt !== null) throw new Conflict(`${application.name} is retired already.`)

    await work.applications.retire(application.id)
    await work.record({ name: 'application-retired', about: null, application: application.id }, actor)
    return { ...application, retiredAt: work.now }
  })

/** Brings a retired application back, with everything that belonged to it. */
export const restoreApplication = (signon: Signon, actor: Actor, id: ApplicationId): Promise<Application> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'retire an application')
    const application = await work.applications.lockNamed({ id })
    if (application.retiredAt === null) throw new Conflict(`${application.name} is not retired.`)

    await work.applicationRecords.restore(id)
    await work.record({ name: 'application-restored', about: null, application: id }, actor)
    return { ...application, retiredAt: null }
  })
