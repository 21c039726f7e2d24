import { managedRoles } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import type { OrganisationId, WhichOrganisation } from '#domain/organisation.ts'
import { type Role, roles, type User, type UserId } from '#domain/user.ts'
import { administratorFor } from '#store/administration.ts'
import type { OrganisationDetails, Standings } from '#store/organisation-pages.ts'
import type { Neighbours, OrganisationReach } from '#store/organisation-parents.ts'
import type { Signon, Stores } from '#store/signon.ts'

/** An organisation and where it stands in the graph. */
export interface PlacedOrganisation {
  readonly organisation: OrganisationDetails
  /** What is directly above and below it, and what was blocked there. */
  readonly neighbours: Neighbours
  readonly reach: OrganisationReach
}

export interface OrganisationSeen extends PlacedOrganisation {
  /** Those of its people whom the actor looks after: how many, and some of them by name. */
  readonly count: number
  readonly people: readonly User[]
}

export interface SomeOfIts {
  readonly organisation: OrganisationId
  /** Of its people, those behind this one. */
  readonly after?: UserId | undefined
  /** How many of its people at most. */
  readonly limit: number
}

/** An organisation with the people in it whom the actor looks after. Throws `NotFound`. */
export const lookAtOrganisation = (
  signon: Signon,
  actor: Actor,
  { organisation: id, after, limit }: SomeOfIts,
): Promise<OrganisationSeen> =>
  signon.read(async (stores) => {
    const administrator = await administratorFor(stores, actor, 'look at an organisation')
    // Whoever may look at an organisation reaches everybody in it whose role they manage.
    const seen: readonly Role[] = administrator.kind === 'person' ? managedRoles(administrator.role) : roles
    return {
      ...(await placed(stores, id)),
      count: await stores.organisationPages.countPeople(id, seen),
      people: await stores.organisationPages.people(id, { roles: seen, after, limit }),
    }
  })

/** An organisation and where it stands. Throws `NotFound`. */
export const showOrganisation = (
  signon: Signon,
  actor: Actor,
  which: WhichOrganisation,
): Promise<PlacedOrganisation> =>
  signon.read(async (stores) => {
    await administratorFor(stores, actor, 'look at an organisation')
    return placed(stores, (await stores.organisations.find(which)).id)
  })

/** An organisation, and how its members stand with a requirement of 2-step verification. Throws `NotFound`. */
export const lookAtRequirement = (
  signon: Signon,
  actor: Actor,
  id: OrganisationId,
): Promise<{ readonly organisation: OrganisationDetails; readonly standings: Standings }> =>
  signon.read(async (stores) => {
    await administratorFor(stores, actor, 'require 2-step verification of an organisation')
    return {
      organisation: await stores.organisationPages.find(id),
      standings: await stores.organisationPages.standings(id),
    }
  })

const placed = async (
  { organisationPages, organisationParents }: Stores,
  id: OrganisationId,
): Promise<PlacedOrganisation> => ({
  organisation: await organisationPages.find(id),
  neighbours: await organisationParents.neighbours(id),
  reach: await organisationParents.reach(id),
})
