import type { TestContext } from 'node:test'
import { freePort } from '#test/free-port.ts'
import { type PublisherOptions, startPublisher } from './publisher.ts'
import { type StandIn, type StandInUser, startStandIn } from './signon-stand-in.ts'

/** A publisher and a Signon for it, both on real ports, gone when the test is over. */
interface House {
  readonly url: string
  readonly signon: StandIn
  readonly log: readonly string[]
  readonly step: (seconds: number) => void
  readonly browser: () => Browser
  /** A request as Signon or a machine makes it. */
  readonly call: (method: string, path: string, token: string | null, body?: string) => Promise<Response>
}

export const ada: StandInUser = {
  uid: '7a1de6d2-04e9-4a4e-9e57-8d8c2d1f6a01',
  name: 'Ada Pell',
  email: 'ada.pell@example.gov.uk',
  permissions: ['publish', 'signin', 'write'],
  organisation_slug: 'cabinet-office',
  organisation_content_id: '5f0c7f06-3a9b-4f5a-8b2a-6f5a3a1b9c11',
  disabled: false,
}

export const pusher: StandInUser = {
  ...ada,
  uid: '0b6cfa44-56a8-4e0c-8a60-0c2e7a1f5b02',
  name: 'Signon API Client (permission and suspension updater)',
  email: 'signon@example.gov.uk',
  permissions: ['signin', 'user_update_permission'],
}

export const newHouse = async (
  test: TestContext,
  options: Partial<PublisherOptions> = {},
): Promise<House> => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const client = { id: 'id-of_the-client', secret: 'se+cret%of/it', redirectUri: `${url}/auth/gds/callback` }
  const signon = await startStandIn(client, ada)
  test.after(() => signon.close())
  const log: string[] = []
  let instant = Date.parse('2026-03-14T09:00:00Z')
  const publisher = await startPublisher({
    signonUrl: signon.url,
    url,
    host: '127.0.0.1',
    port,
    clientId: client.id,
    clientSecret: client.secret,
    now: () => new Date(instant),
    log: (message) => log.push(message),
    ...options,
  })
  test.after(() => publisher.close())
  return {
    url,
    signon,
    log,
    step: (seconds) => {
      instant += seconds * 1000
    },
    browser: () => newBrowser(url),
    call: (method, path, token, body) => call(url + path, method, token, body),
  }
}

const call = (url: string, method: string, token: string | null, body: string | undefined) => {
  const authorization = token === null ? {} : { Authorization: `Bearer ${token}` }
  const headers = { 'Content-Type': 'application/json', ...authorization }
  return fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
}

interface Seen {
  readonly status: number
  readonly url: string
  readonly location: string
  readonly cookie: string
  readonly text: string
}

interface Browser {
  /** One request, redirects not followed. */
  readonly get: (path: string) => Promise<Seen>
  /** Follows redirects, as far as they lead. */
  readonly visit: (path: string) => Promise<Seen>
  /** Sends a form with the token of the page that has it. */
  readonly send: (page: Seen, path: string, fields: Readonly<Record<string, string>>) => Promise<Seen>
}

const newBrowser = (origin: string): Browser => {
  let cookie = ''
  const ask = async (address: string, init: RequestInit = {}): Promise<Seen> => {
    const url = new URL(address, origin)
    const headers: Record<string, string> = url.origin === origin ? { cookie } : {}
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    const [given = ''] = response.headers.getSetCookie()
    if (given !== '') cookie = given.split(';')[0] ?? ''
    const location = response.headers.get('location') ?? ''
    return { status: response.status, url: url.href, location, cookie: given, text: await response.text() }
  }
  const follow = async (seen: Seen): Promise<Seen> =>
    seen.location === '' ? seen : follow(await ask(new URL(seen.location, seen.url).href))

  return {
    get: (path) => ask(path),
    visit: async (path) => follow(await ask(path)),
    send: async (page, path, fields) => {
      const token = /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1]
      const body = new URLSearchParams({ ...(token === undefined ? {} : { _csrf: token }), ...fields })
      return ask(path, { method: 'POST', body })
    },
  }
}
