import { systemRandom } from '#kernel/random.ts'
import { hashToken, randomSecret } from '#kernel/token.ts'
import type { TestBrowser } from './browser.ts'
import type { TestApplication } from './people.ts'

/** An application's own side of signing in, step by step, as gds-sso does it (`reference/client-contract.md` 2). */
export interface TestClient {
  readonly verifier: string
  readonly state: string
  /** The address that the browser is sent to; `changes` replace, add or (undefined) leave out parameters. */
  authorizePath(changes?: Parameters): string
  /** The code that the browser comes back with. Throws when it does not. */
  codeFor(browser: TestBrowser, changes?: Parameters): Promise<string>
  /** Asks for tokens, as gds-sso does: the whole address that it was called back at. */
  exchange(code: string, changes?: Parameters, headers?: Record<string, string>): Promise<TokenAnswer>
  refresh(refreshToken: string, changes?: Parameters): Promise<TokenAnswer>
  revoke(token: string): Promise<TokenAnswer>
  userInfo(token: string, query?: string): Promise<Response>
}

export type Parameters = Readonly<Record<string, string | undefined>>

export interface TokenAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

/** The `Authorization` header of HTTP Basic. */
export const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`

/** The challenge of a verifier (RFC 7636 §4.2). */
export const challengeFor = (verifier: string): string => hashToken(verifier).toString('base64url')

/** Reads a JSON answer of the token endpoint. */
export const tokenAnswer = async (response: Response): Promise<TokenAnswer> => ({
  status: response.status,
  headers: response.headers,
  body: (await response.json()) as TokenAnswer['body'],
})

/** The application's server, talking to the Signon at `url`. */
export const testClient = (url: string, application: TestApplication): TestClient => {
  const verifier = systemRandom.bytes(64).toString('hex')
  const state = systemRandom.bytes(24).toString('hex')
  const authorization = basic(application.clientId, application.clientSecret)

  const authorizePath: TestClient['authorizePath'] = (changes = {}) => {
    const parameters = {
      client_id: application.clientId,
      code_challenge: challengeFor(verifier),
      code_challenge_method: 'S256',
      redirect_uri: application.redirectUri,
      response_type: 'code',
      state,
      ...changes,
    }
    return `/oauth/authorize?${encoded(parameters)}`
  }
  const post = async (
    fields: Parameters,
    headers: Record<string, string>,
    path = '/oauth/access_token',
  ): Promise<TokenAnswer> =>
    tokenAnswer(await fetch(url + path, { method: 'POST', headers, body: encoded(fields) }))

  return {
    verifier,
    state,
    authorizePath,
    async codeFor(browser, changes) {
      const { status, location, text } = await browser.get(authorizePath(changes))
      const code = status === 302 ? new URL(location, url).searchParams.get('code') : null
      if (code === null) throw new Error(`No code: ${status} ${location} ${text.slice(0, 200)}`)
      return code
    },
    exchange: (code, changes = {}, headers = { authorization }) =>
      post(
        {
          grant_type: 'authorization_code',
          code,
          redirect_uri: `${application.redirectUri}?code=${code}&state=${state}`,
          code_verifier: verifier,
          ...changes,
        },
        headers,
      ),
    refresh: (refreshToken, changes = {}) =>
      post({ grant_type: 'refresh_token', refresh_token: refreshToken, ...changes }, { authorization }),
    revoke: (token) => post({ token }, { authorization }, '/oauth/revoke'),
    userInfo: (token, query = `?client_id=${encodeURIComponent(application.clientId)}`) =>
      fetch(`${url}/user.json${query}`, {
        headers: { authorization: `Bearer ${token}` },
        redirect: 'manual',
      }),
  }
}

/** Something of the shape of a token that was never issued. */
export const strangeToken = (): string => randomSecret(systemRandom)

const encoded = (parameters: Parameters): URLSearchParams =>
  new URLSearchParams(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
