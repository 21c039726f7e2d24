import type { OrganisationId } from '#domain/organisation.ts'
import { NotFound } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import { paths } from './paths.ts'
import type { Request } from './routes.ts'
import { onlyText } from './urlencoded.ts'

/** The organisation whose id is in the address; whether there is one is asked elsewhere. Throws `NotFound`. */
export const organisationOf = ({ params }: Request): OrganisationId => {
  const id = idIn(params, 'id')
  if (id === undefined) throw new NotFound('There is no such organisation.')
  return id as OrganisationId
}

/** The id of a row that a list goes on behind; nothing when the address names none, or one that no row can have. */
export const idIn = (parameters: unknown, name: string): number | undefined =>
  rowNumber(onlyText(parameters, name) ?? '')

/** The way back from a page about an organisation. */
export const organisationBreadcrumbs = [{ text: 'Organisations', href: paths.organisations }] as const
