import type { UserStatus } from '#domain/user.ts'
import type { Page } from '#web/page.ts'

export interface OrganisationView {
  readonly name: string
  readonly breadcrumbs: readonly Link[]
  readonly facts: readonly { readonly key: string; readonly value: string }[]
  readonly parents: readonly NeighbourView[]
  readonly children: readonly NeighbourView[]
  /** What would be above or below it, had nobody blocked that. */
  readonly blockedParents: readonly NeighbourView[]
  readonly blockedChildren: readonly NeighbourView[]
  /** Where one is added by hand; nothing for who may not. */
  readonly addParentPath: string | null
  /** How far it reaches, in sentences. */
  readonly reach: string
  readonly requiresTwoStep: boolean
  /** `1 November 2026`, when that is known. */
  readonly requiredSince: string | null
  /** Where that is changed; nothing for who may not. */
  readonly mandatePath: string | null
  /** `3 people`. */
  readonly count: string
  readonly people: readonly {
    readonly name: string
    readonly path: string
    readonly email: string
    readonly role: string
    readonly status: UserStatus
  }[]
  readonly usersPath: string
  readonly firstPath: string | null
  readonly nextPath: string | null
}

export interface Link {
  readonly text: string
  readonly href: string
}

/** An organisation directly above or below. */
export interface NeighbourView extends Link {
  /** Where the edge comes from. */
  readonly origin: string
  /** What can be done about it; nothing for who may not. */
  readonly actions: readonly { readonly text: string; readonly hiddenText: string; readonly href: string }[]
}

export const organisationPage = (view: OrganisationView): Page => ({
  template: 'organisations/organisation.njk',
  view: { title: view.name, ...view },
})
