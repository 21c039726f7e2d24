import { setTimeout as pause } from 'node:timers/promises'
import { minute, second } from '#kernel/clock.ts'
import { thousands } from '#kernel/count.ts'
import { Invalid, Unavailable } from '#kernel/failure.ts'
import { envelopeIn, refuseGap } from './organisations-envelope.ts'

export interface ReadOptions {
  /** For one page, from the call to its last byte. */
  readonly pageMilliseconds?: number
  /** For all pages together. */
  readonly wholeMilliseconds?: number
  /** Before a page that failed is asked for once more. */
  readonly pauseMilliseconds?: number
}

const path = '/api/organisations'

/** A page has 20 organisations of a few kilobytes each. */
const largestPageBytes = 5_000_000
const largestWholeBytes = 50_000_000
/** There are some sixty. */
const mostPages = 1000
/** There are some thousand. */
const mostRecords = 20_000

/** Where the API begins below a website’s root; the address of the API itself does as well. Throws `Invalid`. */
export const apiAddress = (root: string): URL => {
  const url = URL.canParse(root) ? new URL(root) : undefined
  if (!url || !['https:', 'http:'].includes(url.protocol))
    throw new Invalid('The source of organisations must be an address that begins with https:// or http://.')
  if (!url.pathname.endsWith(path)) url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`
  return url
}

/**
 * The records of all pages from the first address on, each page tried twice. Throws `Unavailable` where one cannot be
 * read, the list ends too early or takes too long, and `Invalid` where it leads in circles or to another host, or holds
 * more than there can be: all of it or nothing.
 */
export const readPages = async (first: URL, options: ReadOptions = {}): Promise<readonly unknown[]> => {
  const records: unknown[] = []
  const visited = new Set<string>()
  const whole = wholeTime(options)
  let bytes = 0
  let next: URL | undefined = first
  while (next) {
    visited.add(next.href)
    const page: ReadPage = await readPage(next, options, whole)
    bytes += page.bytes
    refuseTooMuch(first, records.length + page.results.length, bytes)
    records.push(...page.results)
    // A page past the end is empty and leads back; with no organisations at all the first one does, for ever.
    next = page.results.length === 0 ? undefined : page.next
    if (next) refuseWrongWay(first, next, visited)
    else refuseGap(nameOf(first), records.length, page.total)
  }
  return records
}

interface WholeTime {
  readonly signal: AbortSignal
  readonly milliseconds: number
}

const wholeTime = ({ wholeMilliseconds: milliseconds = 10 * minute }: ReadOptions): WholeTime => ({
  signal: AbortSignal.timeout(milliseconds),
  milliseconds,
})

const refuseTooMuch = (first: URL, count: number, bytes: number): void => {
  if (count > mostRecords)
    throw new Invalid(`${nameOf(first)} lists more than ${thousands(mostRecords)} organisations.`)
  if (bytes > largestWholeBytes)
    throw new Invalid(`${nameOf(first)} is larger than ${largestWholeBytes / 1_000_000} MB in all.`)
}

const refuseWrongWay = (first: URL, next: URL, visited: ReadonlySet<string>): void => {
  if (next.origin !== first.origin)
    throw new Invalid(
      `${nameOf(first)} leads on to another host: ${next.origin}. Nothing is read from there.`,
    )
  if (visited.has(next.href))
    throw new Invalid(`${nameOf(next)} is named as a next page, but was read before.`)
  if (visited.size >= mostPages) throw new Invalid(`${nameOf(first)} has more than ${mostPages} pages.`)
}

interface ReadPage {
  readonly results: readonly unknown[]
  readonly next: URL | undefined
  /** How many organisations there are on all pages, where it says. */
  readonly total: number | undefined
  readonly bytes: number
}

const readPage = async (address: URL, options: ReadOptions, whole: WholeTime): Promise<ReadPage> => {
  try {
    return await tryPage(address, options, whole)
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    await pause(options.pauseMilliseconds ?? second)
    return tryPage(address, options, whole)
  }
}

const tryPage = async (
  address: URL,
  { pageMilliseconds = 4 * second }: ReadOptions,
  whole: WholeTime,
): Promise<ReadPage> => {
  const where = nameOf(address)
  const signal = AbortSignal.any([AbortSignal.timeout(pageMilliseconds), whole.signal])
  const { text, link, bytes } = await fetchPage(address, signal).catch((fault: unknown) => {
    if (whole.signal.aborted)
      throw new Unavailable(
        `${where} was reached, and not the end of the list, within ${whole.milliseconds / second} seconds.`,
      )
    throw new Unavailable(`${where} ${reasonFor(fault, pageMilliseconds)}.`)
  })
  const { results, total, nextPageUrl } = envelopeIn(text, where)
  const written = nextIn(link) ?? nextPageUrl
  if (written !== undefined && !URL.canParse(written, address.href))
    throw new Invalid(`${where} leads on to something that is no address.`)
  return { results, total, bytes, next: written === undefined ? undefined : new URL(written, address) }
}

/** What is wrong with an answer, in words that end the sentence which its address begins. */
class PageFault extends Error {}

interface FetchedPage {
  readonly text: string
  readonly link: string
  readonly bytes: number
}

const fetchPage = async (address: URL, signal: AbortSignal): Promise<FetchedPage> => {
  const headers = { accept: 'application/json', 'user-agent': 'signon' }
  const response = await fetch(address, { headers, redirect: 'manual', signal })
  try {
    if (response.status !== 200) throw new PageFault(`answered with status ${response.status}`)
    if (!/^application\/json\s*(?:;|$)/i.test(response.headers.get('content-type') ?? ''))
      throw new PageFault('answered with something that does not call itself JSON')
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length
      if (bytes > largestPageBytes) throw new PageFault(`is larger than ${largestPageBytes / 1_000_000} MB`)
      chunks.push(chunk)
    }
    return { text: Buffer.concat(chunks).toString(), link: response.headers.get('link') ?? '', bytes }
  } finally {
    if (!response.bodyUsed) await response.body?.cancel()
  }
}

/** The address in a `Link` header that stands for the next page (RFC 8288 §3). */
const nextIn = (link: string): string | undefined => {
  for (const [, address, parameters = ''] of link.matchAll(/<([^>]*)>([^<]*)/g)) {
    const [, relations = ''] = /;\s*rel\s*=\s*"?([^";,]*)/i.exec(parameters) ?? []
    if (relations.toLowerCase().split(/\s+/).includes('next')) return address
  }
  return undefined
}

/** A page without whatever else is in its address. */
const nameOf = ({ origin, pathname, searchParams }: URL): string => {
  const page = searchParams.get('page')
  return `${origin}${pathname}${page === null ? '' : `?page=${page}`}`
}

const reasonFor = (fault: unknown, milliseconds: number): string => {
  if (fault instanceof PageFault) return fault.message
  if (!(fault instanceof Error)) return 'could not be read'
  if (fault.name === 'TimeoutError') return `was not there whole within ${milliseconds / second} seconds`
  const { cause } = fault
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no code'
  return code === 'UND_ERR_SOCKET' ? 'ended before it was whole' : `could not be reached (${code})`
}
