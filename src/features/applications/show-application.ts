import type { AdministrativeAction } from '#domain/administration.policy.ts'
import type { ApplicationId } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { administratorFor } from '#store/administration.ts'
import type { ApplicationRecord } from '#store/application-records.ts'
import type { Signon, Stores } from '#store/signon.ts'

/** An application with more that is read about it, for who may do that. Throws `Forbidden` and `NotFound`. */
export const readApplication = <More>(
  signon: Signon,
  actor: Actor,
  action: AdministrativeAction,
  id: ApplicationId,
  reading: (stores: Stores) => Promise<More>,
): Promise<{ readonly application: ApplicationRecord; readonly more: More }> =>
  signon.read(async (stores) => {
    await administratorFor(stores, actor, action)
    const application = await stores.applicationRecords.find(id)
    return { application, more: await reading(stores) }
  })
