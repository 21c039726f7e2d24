import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A record of the organisations API, as far as tests change it. */
export interface ListedRecord {
  readonly id: string
  readonly title: string
  readonly format: string
  readonly details: {
    readonly slug: string
    readonly abbreviation?: string | null
    readonly govuk_status: string
    readonly content_id: string
  }
  readonly parent_organisations?: readonly { readonly id: string }[]
  readonly child_organisations?: readonly { readonly id: string }[]
}

export interface OrganisationsServer {
  /** The website’s root. */
  readonly root: string
  /** Pages that were asked for, in order. */
  readonly asked: readonly number[]
  /** What is listed from now on. */
  list(records: readonly ListedRecord[]): void
  /** From now on `instead` answers this page, so many times, or always; the list itself answers the others. */
  answer(page: number, instead: RequestListener, times?: number): void
  /** The list itself answers everything again. */
  recover(): void
  stop(): Promise<void>
}

const pageSize = 20

/** Every organisation that the API listed one day: 1,262. */
export const realRecords: readonly ListedRecord[] = JSON.parse(
  readFileSync(new URL('../demo/data/organisations.json', import.meta.url), 'utf8'),
)

/** The organisations API, as Collections answers it (`reference/organisations-api.md`). */
export const startOrganisationsServer = async (
  first: readonly ListedRecord[] = realRecords,
): Promise<OrganisationsServer> => {
  let records = first
  const asked: number[] = []
  const instead = new Map<number, { readonly listener: RequestListener; times: number }>()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', `http://${request.headers.host}`)
    if (url.pathname !== '/api/organisations') return notFound(response)
    const written = Number(url.searchParams.get('page'))
    // Whatever is no page is the first one.
    const page = Number.isInteger(written) && written > 0 ? written : 1
    asked.push(page)
    const other = instead.get(page)
    if (other && other.times > 0) {
      other.times -= 1
      return other.listener(request, response)
    }
    answerPage(response, `${url.origin}${url.pathname}`, records, page)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    root: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    list: (next) => {
      records = next
    },
    answer: (page, listener, times = Number.POSITIVE_INFINITY) => void instead.set(page, { listener, times }),
    recover: () => instead.clear(),
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped())
        server.closeAllConnections()
      }),
  }
}

const notFound = (response: ServerResponse): void =>
  void response.writeHead(404, { 'content-type': 'text/plain' }).end('404 error')

const answerPage = (
  response: ServerResponse,
  address: string,
  records: readonly ListedRecord[],
  page: number,
): void => {
  const pages = Math.ceil(records.length / pageSize)
  const urlOf = (one: number): string => `${address}?page=${one}`
  const previous = page > 1 ? urlOf(page - 1) : undefined
  // Past the end, and of an empty list, it leads back: to the last page, or to page 0, which is the first one.
  const next = page === pages ? undefined : urlOf(Math.min(page + 1, pages))
  const self = pages === 1 ? address : urlOf(page)
  const links = Object.entries({ previous, next, self }).filter(([, href]) => href !== undefined)
  response
    .writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'max-age=300, public',
      link: links.map(([rel, href]) => `<${href}>; rel="${rel}"`).join(', '),
    })
    .end(
      JSON.stringify({
        results: records.slice((page - 1) * pageSize, page * pageSize),
        ...(previous && { previous_page_url: previous }),
        ...(next && { next_page_url: next }),
        current_page: page,
        total: records.length,
        pages,
        page_size: pageSize,
        start_index: (page - 1) * pageSize + 1,
        _response_info: { status: 'ok', links: links.map(([rel, href]) => ({ href, rel })) },
      }),
    )
}
