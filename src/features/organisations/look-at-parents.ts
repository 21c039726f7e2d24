import type { Actor } from '#domain/events.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import { administratorFor } from '#store/administration.ts'
import type { EdgeOrigin } from '#store/organisation-parents.ts'
import type { ListedOrganisation } from '#store/organisations.ts'
import type { Signon } from '#store/signon.ts'
import { findEdge, type NamedEdge, type WhichEdge } from './change-parents.ts'

export interface PossibleParents {
  readonly child: ListedOrganisation
  /** Every other organisation that is open, by name. */
  readonly parents: readonly ListedOrganisation[]
}

/** An organisation, and what could be put above it. Throws `NotFound`. */
export const lookForParents = (signon: Signon, actor: Actor, id: OrganisationId): Promise<PossibleParents> =>
  signon.read(async (stores) => {
    await administratorFor(stores, actor, 'change parents of an organisation')
    const child = await stores.organisations.find({ id })
    const open = await stores.organisations.listOpen()
    return { child, parents: open.filter((one) => one.id !== id) }
  })

export interface ParentLookedAt extends NamedEdge {
  /** Nothing when nobody has spoken of it. */
  readonly origin: EdgeOrigin | undefined
}

/** Two organisations, and how the one is above the other. Throws as `findEdge` does. */
export const lookAtParent = (signon: Signon, actor: Actor, which: WhichEdge): Promise<ParentLookedAt> =>
  signon.read(async (stores) => {
    await administratorFor(stores, actor, 'change parents of an organisation')
    const edge = await findEdge(stores, which)
    const origin = await stores.organisationParents.seek({ child: edge.child.id, parent: edge.parent.id })
    return { ...edge, origin }
  })
