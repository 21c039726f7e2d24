import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { ApplicationOptions, TestApplication } from './people.ts'
import type { TestSignon } from './signon.ts'

/** A call that an application's server received, with the status that it answered. */
export interface ReceivedCall {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly status: number
}

/** What the application keeps about a person (`reference/client-contract.md` 6). */
interface LocalUser {
  readonly permissions: readonly string[]
  readonly disabled: boolean | null
  isRemotelySignedOut: boolean
}

export interface ApplicationServer extends TestApplication {
  readonly calls: readonly ReceivedCall[]
  readonly users: ReadonlyMap<string, LocalUser>
  /** From now on `instead` answers, or the server itself again. */
  answer(instead?: RequestListener): void
  /** Methods, paths and statuses of the calls, without the part that all paths share. */
  heard(): readonly string[]
  stop(): Promise<void>
}

/**
 * An application with its server, as gds-sso behaves: strict about each call, it asks Signon about the token while
 * Signon waits for the answer (`reference/client-contract.md` 5 to 7).
 */
export const startApplicationServer = async (
  signon: Pick<TestSignon, 'application' | 'url'>,
  name: string,
  options: ApplicationOptions = {},
): Promise<ApplicationServer> => {
  const calls: ReceivedCall[] = []
  const users = new Map<string, LocalUser>()
  let instead: RequestListener | undefined
  const server = createServer(async (request, response) => {
    const call = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: await text(request),
    }
    if (instead) return answerInstead(instead, request, response, (status) => calls.push({ ...call, status }))
    const status = shapeFault(call) ?? (await tokenFault(call.headers.authorization)) ?? take(users, call)
    calls.push({ ...call, status })
    response.writeHead(status, { 'content-type': 'text/plain' }).end()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const application = await signon.application(name, {
    redirectUris: [`${origin}/auth/gds/callback`],
    ...options,
  })

  const tokenFault = async (authorization: string | undefined): Promise<number | undefined> => {
    if (!authorization?.startsWith('Bearer ')) return 401
    const address = `${signon.url}/user.json?client_id=${encodeURIComponent(application.clientId)}`
    const answer = await fetch(address, { headers: { authorization } }).catch(() => undefined)
    if (!answer?.ok) return 401
    const { user } = (await answer.json()) as { user: { permissions: readonly string[] } }
    return ['signin', 'user_update_permission'].every((one) => user.permissions.includes(one))
      ? undefined
      : 403
  }
  return {
    ...application,
    calls,
    users,
    answer: (listener) => {
      instead = listener
    },
    heard: () =>
      calls.map(
        ({ method, path, status }) => `${method} ${path.replace('/auth/gds/api/users/', '')} ${status}`,
      ),
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped())
        server.closeAllConnections()
      }),
  }
}

type Call = Omit<ReceivedCall, 'status'>

const answerInstead = (
  instead: RequestListener,
  request: IncomingMessage,
  response: ServerResponse,
  note: (status: number) => void,
): void => {
  response.on('finish', () => note(response.statusCode))
  instead(request, response)
}

/** What is wrong with the shape of a call, as the status of the answer. */
const shapeFault = ({ method, path, headers }: Call): number | undefined => {
  const isKnown =
    method === 'PUT'
      ? /^\/auth\/gds\/api\/users\/[^/?]+$/.test(path)
      : /^\/auth\/gds\/api\/users\/[^/?]+\/reauth$/.test(path)
  if (!isKnown || (method !== 'PUT' && method !== 'POST')) return 404
  if (headers['content-type'] !== 'application/json' || headers.accept !== 'application/json') return 415
  if (!/^gds-api-adapters\/[\d.]+ \(signon\)$/.test(headers['user-agent'] ?? '')) return 400
  return undefined
}

/** Does what the call asks for; the status of the answer. */
const take = (users: Map<string, LocalUser>, { method, path, body }: Call): number => {
  if (method === 'POST') {
    if (body !== '{}') return 400
    const known = users.get(decodeURIComponent(path.split('/').at(-2) ?? ''))
    if (known) known.isRemotelySignedOut = true
    return 200
  }
  const { user } = JSON.parse(body) as { user?: LocalUser & { readonly uid: string } }
  if (!user) return 500
  users.set(user.uid, {
    permissions: user.permissions,
    disabled: user.disabled,
    isRemotelySignedOut: users.get(user.uid)?.isRemotelySignedOut ?? false,
  })
  return 200
}
