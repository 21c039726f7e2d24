import { managedRoles } from '#domain/administration.policy.ts'
import { type OrganisationId, organisationLabel } from '#domain/organisation.ts'
import { type Role, roleNames, roles } from '#domain/user.ts'
import { rowNumber } from '#kernel/token.ts'
import type { ListedOrganisation } from '#store/organisations.ts'

/** One of several that a form offers. */
interface Offered {
  readonly value: string
  readonly text: string
  readonly selected: boolean
}

/** What a form offers in place of an organisation. */
export const none = 'none'

/** The roles that somebody of this role gives, in the order in which lists offer them. */
export const roleChoices = (by: Role, selected: Role): readonly Offered[] =>
  managedRoles(by).map((role) => ({ value: role, text: roleNames[role], selected: role === selected }))

/** The role that a form sent; nothing when it is none. */
export const roleIn = (text: string | undefined): Role | undefined => roles.find((role) => role === text)

/** The open organisations, after None; with them the present one, which may have been closed since. */
export const organisationChoices = (
  open: readonly ListedOrganisation[],
  present: ListedOrganisation | undefined,
  selected: OrganisationId | null,
): readonly Offered[] => {
  const isMissing = present && !open.some(({ id }) => id === present.id)
  return [
    { value: none, text: 'None', selected: selected === null },
    ...[...(isMissing ? [present] : []), ...open].map((organisation) => ({
      value: String(organisation.id),
      text: organisationLabel(organisation),
      selected: organisation.id === selected,
    })),
  ]
}

/** The organisation, or none, that a form sent; nothing when it is neither. */
export const organisationIn = (text: string | undefined): OrganisationId | null | undefined => {
  if (text === none) return null
  return rowNumber(text ?? '') as OrganisationId | undefined
}
