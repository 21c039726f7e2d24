import type { Actor } from '#domain/events.ts'
import { administratorFor } from '#store/administration.ts'
import type { ListedOrganisation } from '#store/organisations.ts'
import type { Signon } from '#store/signon.ts'

/** Every organisation, closed ones included, by name. */
export const listOrganisations = (signon: Signon, actor: Actor): Promise<readonly ListedOrganisation[]> =>
  signon.read(async (stores) => {
    await administratorFor(stores, actor, 'list organisations')
    return stores.organisations.list()
  })
