import type { Application } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { administratorFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'

/** Every application by name, retired ones included. */
export const listApplications = (signon: Signon, actor: Actor): Promise<readonly Application[]> =>
  signon.read(async (stores) => {
    await administratorFor(stores, actor, 'list applications')
    return stores.applications.list()
  })
