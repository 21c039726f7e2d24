import { type Addresses, addressFaults } from '#domain/application-addresses.ts'
import {
  countsIn,
  type FileHeader,
  type FileRow,
  fileFormat,
  headerIn,
  noRows,
  type RowCounts,
  type RowKind,
  rowIn,
  rowKinds,
} from '#domain/environment-file.ts'
import { type HostRewrite, rewriteHost } from '#domain/host-rewrite.ts'
import { Invalid } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import type { Work } from '#store/signon.ts'

export interface StageRows {
  /** Of the whole file; what gives them out throws at its end when the file is not as it was written. */
  readonly lines: AsyncIterable<string>
  readonly rewrites: readonly HostRewrite[]
  /** Are http addresses fine, as they are in development? */
  readonly allowHttp: boolean
  readonly withAuthenticators: boolean
}

/** An address of an application that no rule rewrites. */
export interface KeptAddress {
  readonly application: string
  readonly field: 'home_uri' | 'redirect_uri' | 'push_uri'
  readonly uri: string
}

export interface StagedFile {
  readonly header: FileHeader
  readonly counts: RowCounts
  readonly keptAddresses: readonly KeptAddress[]
}

const rowsAtOnce = 1000

/**
 * Stages all rows of a file, with addresses as they are here. Throws `Invalid` for a file of another format or a newer
 * version, rows that are none, addresses that nobody could store, and authenticator apps that no key opens.
 */
export const stageRows = async (work: Work, input: StageRows): Promise<StagedFile> => {
  const { environmentImport } = work
  const [staged, keptAddresses, faults] = [noRows(), [] as KeptAddress[], [] as string[]]
  let [header, counts]: [FileHeader?, RowCounts?] = []
  let [unreadable, waiting]: [number, FileRow[]] = [0, []]
  const flush = async (): Promise<void> => {
    const [first] = waiting
    if (first)
      await environmentImport.stage(
        first.kind,
        waiting.map(({ row }) => row),
      )
    waiting = []
  }
  for await (const line of input.lines) {
    if (!header) {
      header = await headerOf(work, line)
      continue
    }
    counts = countsIn(line)
    if (counts) continue
    const read = rowIn(line)
    if (!read) throw new Invalid('The file holds a line that is none of an export. Nothing was changed.')
    staged[read.kind] += 1
    if (read.kind === 'authenticator' && !input.withAuthenticators) continue
    if (read.kind === 'authenticator' && !environmentImport.opens(read.row)) unreadable += 1
    if (waiting.length >= rowsAtOnce || waiting[0]?.kind !== read.kind) await flush()
    waiting.push(read.kind === 'application' ? rewritten(read, input, keptAddresses, faults) : read)
  }
  await flush()
  refuseFaults(faults)
  if (!header || !counts || rowKinds.some((kind) => staged[kind] !== counts?.[kind]))
    throw new Invalid('The file does not hold as many rows as it says. Nothing was changed.')
  if (unreadable > 0) throw unreadableApps(unreadable)
  return { header, counts, keptAddresses }
}

const headerOf = async ({ environmentImport }: Work, line: string): Promise<FileHeader> => {
  const header = headerIn(line)
  if (!header) throw new Invalid('The file is not an export of an environment. Nothing was changed.')
  if (header.format !== fileFormat || !(await environmentImport.knowsMigration(header.migration)))
    throw new Invalid(
      'The file was written by another version of Signon, whose tables are others. Bring both environments to one version, and export again. Nothing was changed.',
    )
  return header
}

const unreadableApps = (count: number): Invalid =>
  new Invalid(
    `${count} authenticator ${count === 1 ? 'app was' : 'apps were'} sealed with a key that SIGNON_SECRET_KEYS does not hold here. Add that key behind the others, or import with --without-second-factors: then people set up 2-step verification anew here. Nothing was changed.`,
  )

const rewritten = (
  { kind, row }: FileRow,
  { rewrites, allowHttp }: StageRows,
  kept: KeptAddress[],
  faults: string[],
): { readonly kind: RowKind; readonly row: FileRow['row'] } => {
  const application = String(row['name'])
  const rewrite = (field: KeptAddress['field'], uri: string): string => {
    const address = rewriteHost(uri, rewrites)
    if (!address.isMatched) kept.push({ application, field, uri })
    return address.uri
  }
  const optional = (field: 'home_uri' | 'push_uri'): string | null =>
    typeof row[field] === 'string' ? rewrite(field, row[field]) : null
  const redirects = Array.isArray(row['redirect_uris']) ? row['redirect_uris'].map(String) : []
  const addresses: Addresses = {
    homeUri: optional('home_uri'),
    redirectUris: [...new Set(redirects.map((uri) => rewrite('redirect_uri', uri)))],
    pushUri: optional('push_uri'),
  }
  for (const { text } of addressFaults(addresses, allowHttp)) faults.push(`${application}: ${text}`)
  const { homeUri: home_uri, redirectUris: redirect_uris, pushUri: push_uri } = addresses
  return { kind, row: { ...row, home_uri, redirect_uris, push_uri } }
}
