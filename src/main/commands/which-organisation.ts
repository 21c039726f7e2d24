import type { WhichOrganisation } from '#domain/organisation.ts'

const contentId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The organisation that an operator typed: by its content id, or by its slug. */
export const organisationNamed = (typed: string): WhichOrganisation =>
  contentId.test(typed) ? { contentId: typed.toLowerCase() } : { slug: typed }
