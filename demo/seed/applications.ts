import { readFile } from 'node:fs/promises'

/** A publishing application of GOV.UK. */
export interface RealApplication {
  readonly name: string
  readonly description: string
  readonly home_uri: string
  readonly api_only: boolean
  readonly retired: boolean
  readonly permissions: readonly string[]
  readonly delegated: readonly string[]
  readonly default: readonly string[]
}

/** The real applications, by name. Their hosts are under example.com, and resolve nowhere. */
export const realApplications = async (): Promise<readonly RealApplication[]> =>
  JSON.parse(await readFile(new URL('../data/applications.json', import.meta.url), 'utf8'))

/** Whose wording for people outside GDS differs (`reference/oauth-and-apis.md` 3.5). */
export const gdsOnlyNames: ReadonlySet<string> = new Set([
  'Collections Publisher',
  'Publisher',
  'Service Manual Publisher',
])
