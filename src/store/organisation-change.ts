import { noteOfChange } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import type { User } from '#domain/user.ts'
import type { Work } from './signon.ts'

/** An organisation, or none, and what the log calls it. */
export interface NamedPlace {
  readonly id: OrganisationId | null
  readonly name: string
}

/** Moves a user, whose row is held, and records it: their applications hear of it. Whether they may be moved is asked before. */
export const recordMove = async (
  work: Work,
  actor: Actor,
  user: User,
  { from, into }: { readonly from: Pick<NamedPlace, 'name'>; readonly into: NamedPlace },
): Promise<void> => {
  await work.users.changeOrganisation(user.id, into.id)
  const note = noteOfChange(from.name, into.name)
  await work.record({ name: 'organisation-changed', about: user, note }, actor)
}
