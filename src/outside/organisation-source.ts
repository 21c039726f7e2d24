import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { SourceOrganisation } from '#domain/organisation-import-facts.ts'
import { Invalid } from '#kernel/failure.ts'
import { organisationsIn } from './organisation-records.ts'
import { apiAddress, type ReadOptions, readPages } from './organisations-api.ts'
import { listIn } from './organisations-envelope.ts'

/** Where organisations are imported from. */
export interface OrganisationSource {
  /** Its address without a query, or the name of its file. */
  readonly name: string
  /**
   * All that it lists, in its order; one may come twice. Throws `Unavailable` where it cannot be read to its end, and
   * `Invalid` for what is no list of organisations. Both say where and why.
   */
  read(): Promise<readonly SourceOrganisation[]>
}

/** The organisations API below a website’s root, such as https://www.gov.uk (`reference/organisations-api.md`). */
export const organisationsApi = (root: string, options: ReadOptions = {}): OrganisationSource => {
  const address = apiAddress(root)
  return {
    name: `${address.origin}${address.pathname}`,
    read: async () => organisationsIn(await readPages(address, options), address.host),
  }
}

/** A file that holds what the API lists: a JSON array of organisations, or one page of the API with all of them. */
export const organisationsFile = (path: string): OrganisationSource => ({
  name: basename(path),
  async read() {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      throw new Invalid(`The file ${path} cannot be read (${code}).`)
    })
    return organisationsIn(listIn(text, path), path)
  },
})
