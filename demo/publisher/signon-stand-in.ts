import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Server } from 'node:net'
import { text } from 'node:stream/consumers'

/** A Signon of one client and one browser's person, for tests: it refuses whatever the contract does not say, and notes why. */
export interface StandIn {
  readonly url: string
  /** Who the browser is signed in as. */
  person: StandInUser
  /** Whose access tokens there are; `/user.json` refuses all others. */
  readonly tokens: Map<string, StandInUser>
  /** Parameters that the token answer has besides. */
  tokenExtras: Readonly<Record<string, unknown>>
  /** Instead of a code, the authorization endpoint answers with this error. */
  refusal: string | null
  readonly refused: string[]
  profileRequests: number
  close(): Promise<void>
}

export interface StandInUser {
  readonly uid: string
  readonly name: string
  readonly email: string
  readonly permissions: readonly string[]
  readonly organisation_slug: string | null
  readonly organisation_content_id: string | null
  readonly disabled: boolean
}

interface Client {
  readonly id: string
  readonly secret: string
  readonly redirectUri: string
}

interface Grant {
  readonly state: string
  readonly challenge: string
}

export const startStandIn = async (client: Client, person: StandInUser): Promise<StandIn> => {
  const grants = new Map<string, Grant>()
  const server = createServer(async (request, response) => {
    try {
      const url = new URL(request.url ?? '/', 'http://stand-in')
      const answer = routes[`${request.method} ${url.pathname}`]
      if (answer === undefined) throw new Refused(404, `no such address: ${request.method} ${url.pathname}`)
      await answer({ standIn, client, grants, request, response, query: url.searchParams })
    } catch (error) {
      standIn.refused.push(String(error))
      json(response, error instanceof Refused ? error.status : 500, { error: 'refused' })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = portOf(server)
  const standIn: StandIn = {
    url: `http://127.0.0.1:${port}`,
    person,
    tokens: new Map(),
    tokenExtras: {},
    refusal: null,
    refused: [],
    profileRequests: 0,
    close: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
  return standIn
}

const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

interface Call {
  readonly standIn: StandIn
  readonly client: Client
  readonly grants: Map<string, Grant>
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: URLSearchParams
}

class Refused extends Error {
  readonly status: number
  constructor(status: number, reason: string) {
    super(reason)
    this.status = status
  }
}

const need = (truth: boolean, reason: string, status = 400) => {
  if (!truth) throw new Refused(status, reason)
}

const authorize = ({ standIn, client, grants, response, query }: Call) => {
  const names = 'client_id code_challenge code_challenge_method redirect_uri response_type state'
  need([...query.keys()].toSorted().join(' ') === names, `parameters ${[...query.keys()]}`)
  need(query.get('client_id') === client.id, 'client_id')
  need(query.get('response_type') === 'code', 'response_type')
  need(query.get('code_challenge_method') === 'S256', 'code_challenge_method')
  const [state, challenge] = [query.get('state') ?? '', query.get('code_challenge') ?? '']
  need(/^[0-9a-f]{48}$/.test(state), 'state')
  need(/^[\w-]{43}$/.test(challenge), 'code_challenge')
  const target = new URL(query.get('redirect_uri') ?? '')
  need(target.origin + target.pathname === client.redirectUri, 'redirect_uri')

  const code = randomUUID()
  grants.set(code, { state, challenge })
  if (standIn.refusal === null) target.searchParams.append('code', code)
  else target.searchParams.append('error', standIn.refusal)
  target.searchParams.append('state', state)
  response.writeHead(302, { Location: target.href }).end()
}

const token = async ({ standIn, client, grants, request, response }: Call) => {
  needHeaders(request)
  const basic = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`
  need(request.headers.authorization === basic, 'client authentication', 401)
  need(request.headers['content-type'] === 'application/x-www-form-urlencoded', 'content type')
  const form = Object.fromEntries(new URLSearchParams(await text(request)))
  const extras = standIn.tokenExtras
  if (form['grant_type'] === 'refresh_token') {
    need(Object.keys(form).toSorted().join(' ') === 'grant_type refresh_token', 'refresh parameters')
    need(form['refresh_token'] === extras['refresh_token'], 'refresh_token')
    standIn.tokenExtras = {}
  } else redeem(form, client, grants)

  const accessToken = `token-${standIn.tokens.size + 1}`
  standIn.tokens.set(accessToken, standIn.person)
  json(response, 200, { access_token: accessToken, token_type: 'Bearer', expires_in: 7200, ...extras })
}

const redeem = (form: Readonly<Record<string, string>>, client: Client, grants: Map<string, Grant>) => {
  const { code = '', code_verifier: verifier = '' } = form
  const names = 'code code_verifier grant_type redirect_uri'
  need(Object.keys(form).toSorted().join(' ') === names, `parameters ${Object.keys(form)}`)
  need(form['grant_type'] === 'authorization_code', 'grant_type')
  const grant = grants.get(code)
  if (grant === undefined) throw new Refused(400, 'code')
  grants.delete(code)
  need(/^[0-9a-f]{128}$/.test(verifier), 'code_verifier')
  need(createHash('sha256').update(verifier).digest('base64url') === grant.challenge, 'challenge')
  const { origin, pathname, searchParams } = new URL(form['redirect_uri'] ?? '')
  need(origin + pathname === client.redirectUri, 'redirect_uri')
  need(searchParams.get('code') === code, 'code in redirect_uri')
  need(searchParams.get('state') === grant.state, 'state in redirect_uri')
}

const userJson = ({ standIn, client, request, response, query }: Call) => {
  standIn.profileRequests += 1
  needHeaders(request)
  need(query.toString() === new URLSearchParams({ client_id: client.id }).toString(), 'client_id')
  const [scheme, value = ''] = (request.headers.authorization ?? '').split(' ')
  const user = standIn.tokens.get(value)
  if (scheme !== 'Bearer' || user === undefined) return json(response, 401, { error: 'invalid_token' })
  return json(response, 200, { user })
}

const needHeaders = ({ headers }: IncomingMessage) => {
  need(headers['user-agent'] === 'gds-sso/22.3.0 (demo-publisher)', 'user agent')
  need(headers.cookie === undefined && headers.origin === undefined, 'headers of a browser')
}

const json = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}

const routes: Readonly<Record<string, (call: Call) => void | Promise<void>>> = {
  'GET /oauth/authorize': authorize,
  'POST /oauth/access_token': token,
  'GET /user.json': userJson,
  'GET /users/sign_out': ({ response }) => json(response, 200, { signed: 'out' }),
}
