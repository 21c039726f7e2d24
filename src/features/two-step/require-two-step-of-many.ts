import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { enforce, Invalid } from '#kernel/failure.ts'
import type { Chosen } from '#store/many-users.ts'
import type { Signon } from '#store/signon.ts'
import { type Run, type RunOptions, walk } from '#store/walk.ts'
import { requireTwoStep } from './require-two-step.ts'

/** The people of an organisation, or those whose addresses end with a text: `@example.gov.uk` leaves sub-domains out. */
export type ManyPeople = { readonly organisationSlug: string } | { readonly emailEnding: string }

/**
 * Requires 2-step verification of every one of many people by themselves, but of those who are exempt
 * (`reference/background-and-operations.md` 4.2). Whose role or organisation asks for it anyway is asked still when these
 * change. Throws `NotFound` for an unknown organisation, `Invalid` for an ending that everybody has.
 */
export const requireTwoStepOfMany = async (
  signon: Signon,
  actor: Actor,
  people: ManyPeople,
  options: RunOptions = {},
): Promise<Run> => {
  enforce(mayAdminister(actor, 'change everybody at once'))
  const chosen: Chosen = { kind: 'person', isNotAskedForTwoStep: true, ...(await chosenBy(signon, people)) }
  return walk(signon, {
    ...options,
    find: (range) => signon.single.manyUsers.within(range, chosen),
    async act({ id }) {
      if (!options.isRehearsal) await requireTwoStep(signon, actor, { id, kind: 'person' })
      return 'done'
    },
  })
}

const chosenBy = async ({ single }: Signon, people: ManyPeople): Promise<Chosen> => {
  if ('organisationSlug' in people)
    return { organisation: (await single.organisations.find({ slug: people.organisationSlug })).id }
  const emailEnding = people.emailEnding.trim().toLowerCase()
  if (!emailEnding.includes('.')) throw new Invalid('The ending must name a domain, such as @example.gov.uk.')
  return { emailEnding }
}

/**
 * Who must use 2-step verification because they look after an organisation. The mandate follows from the role and is
 * derived whenever it is asked for, so there is nothing to change.
 */
export const twoStepOfOrganisationAdmins = async (signon: Signon, actor: Actor): Promise<Run> => {
  enforce(mayAdminister(actor, 'change everybody at once'))
  const roles = ['super_organisation_admin', 'organisation_admin'] as const
  return walk(signon, {
    find: (range) => signon.single.manyUsers.within(range, { kind: 'person', roles }),
    act: async () => 'unchanged',
  })
}
