import { readFile } from 'node:fs/promises'
import type { ImportedOrganisation } from '#store/organisation-import.ts'

/** The parts of the organisations API's answer that Signon takes. */
interface ListedOrganisation {
  readonly title: string
  readonly format: string
  readonly details: {
    readonly slug: string
    readonly abbreviation: string | null
    readonly govuk_status: string
    readonly content_id: string
  }
  readonly parent_organisations: readonly { readonly id: string }[]
}

/** The real organisations of the day on which the file was taken. */
export const realOrganisations = async (): Promise<readonly ImportedOrganisation[]> => {
  const text = await readFile(new URL('../data/organisations.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as readonly ListedOrganisation[]).map(
    ({ title, format, details, parent_organisations: parents }) => ({
      contentId: details.content_id,
      slug: details.slug,
      name: title.trim(),
      abbreviation: details.abbreviation?.trim() || null,
      format,
      isClosed: details.govuk_status === 'closed',
      parents: parents.map(({ id }) => id.slice(id.lastIndexOf('/') + 1)),
    }),
  )
}
