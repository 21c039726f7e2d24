export type OrganisationId = number & { readonly brand: 'OrganisationId' }

/** The Government Digital Service, whose members may do and read a few things of their own. */
export const gdsContentId = 'af07d5a5-df63-4ddc-9383-6a666845ebe9'

export interface Organisation {
  readonly id: OrganisationId
  readonly contentId: string
  readonly slug: string
  readonly name: string
}

/** An organisation, named by its id, its slug or its content id. */
export type WhichOrganisation =
  | { readonly id: OrganisationId }
  | { readonly slug: string }
  | { readonly contentId: string }

/** An organisation as lists and forms name it: `Cabinet Office - CO`, `Board of Trade (closed)`. */
export const organisationLabel = ({
  name,
  abbreviation,
  isClosed,
}: {
  readonly name: string
  readonly abbreviation: string | null
  readonly isClosed: boolean
}): string =>
  [name, abbreviation && abbreviation !== name && ` - ${abbreviation}`, isClosed && ' (closed)']
    .filter(Boolean)
    .join('')

/** Nobody is put into an organisation that is closed. What is wrong with one that was named by its slug, in words. */
export const closedFault = ({
  slug,
  isClosed,
}: {
  readonly slug: string
  readonly isClosed: boolean
}): string | undefined => (isClosed ? `The organisation ${slug} is closed` : undefined)
