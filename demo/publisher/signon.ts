import { type Answer, send } from './http-request.ts'
import { type Profile, readProfile } from './profile.ts'
import { challengeOf } from './secrets.ts'

/** Signon answered, but not with what we asked for. */
export class RefusedBySignon extends Error {}

/** What of Signon a client application uses. */
export interface Signon {
  readonly authorizeUrl: (attempt: { redirectUri: string; state: string; verifier: string }) => string
  readonly signOutUrl: string
  /** Trades the code of a callback for an access token. */
  readonly redeem: (code: string, redirectUri: string, verifier: string) => Promise<string>
  /** Whose token it is, and what they may do here. */
  readonly profile: (accessToken: string, openSeconds?: number) => Promise<Profile>
}

interface Access {
  readonly browserUrl: string
  readonly internalUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly log: (message: string) => void
}

const userAgent = 'gds-sso/22.3.0 (demo-publisher)'
const longestRedirectChain = 5

export const signonAt = (access: Access): Signon => ({
  authorizeUrl: ({ redirectUri, state, verifier }) => {
    const query = new URLSearchParams({
      client_id: access.clientId,
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
      redirect_uri: redirectUri,
      response_type: 'code',
      state,
    })
    return `${access.browserUrl}/oauth/authorize?${query}`
  },
  signOutUrl: `${access.browserUrl}/users/sign_out`,
  redeem: (code, redirectUri, verifier) =>
    requestToken(access, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    }),
  profile: (accessToken, openSeconds) => requestProfile(access, accessToken, openSeconds),
})

const requestToken = async (access: Access, form: Readonly<Record<string, string>>): Promise<string> => {
  const body = new URLSearchParams(form).toString()
  const answer = await send({
    method: 'POST',
    url: new URL(`${access.internalUrl}/oauth/access_token`),
    headers: {
      Accept: '*/*',
      'User-Agent': userAgent,
      Authorization: `Basic ${Buffer.from(`${access.clientId}:${access.clientSecret}`).toString('base64')}`,
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': String(Buffer.byteLength(body)),
    },
    body,
  })
  const token = readToken(answer)
  if ('id_token' in token) access.log('Signon sent an id_token next to the access token; it is not used')
  if (!isExpired(token)) return stringIn(token, 'access_token')
  // Expired on arrival: the library refreshes at once.
  if (form['grant_type'] === 'refresh_token') throw new RefusedBySignon('A refreshed token arrived expired')
  return requestToken(access, {
    grant_type: 'refresh_token',
    refresh_token: stringIn(token, 'refresh_token'),
  })
}

type Token = Readonly<Record<string, unknown>>

const readToken = (answer: Answer): Token => {
  if (answer.status < 200 || answer.status > 299)
    throw new RefusedBySignon(`The token request was answered ${answer.status}`)
  if (!/^application\/(.+\+)?json\b/.test(answer.contentType))
    throw new RefusedBySignon(`The token came as ${answer.contentType || 'nothing'}`)
  const token: unknown = JSON.parse(answer.body)
  if (typeof token !== 'object' || token === null) throw new RefusedBySignon('The token is not an object')
  return { ...token }
}

const isExpired = (token: Token) => typeof token['expires_in'] === 'number' && token['expires_in'] <= 0

const stringIn = (token: Token, name: string): string => {
  const value = token[name]
  if (typeof value !== 'string' || value === '') throw new RefusedBySignon(`The answer has no ${name}`)
  return value
}

const requestProfile = async (access: Access, token: string, openSeconds = 60): Promise<Profile> => {
  const start = new URL(`${access.internalUrl}/user.json?client_id=${encodeURIComponent(access.clientId)}`)
  const ask = (url: URL) =>
    send({
      method: 'GET',
      url,
      headers: { Accept: '*/*', 'User-Agent': userAgent, ...bearer(token, url.origin === start.origin) },
      openSeconds,
    })

  let url = start
  let answer = await ask(url)
  for (let followed = 0; followed < longestRedirectChain && isRedirect(answer); followed += 1) {
    url = new URL(answer.location ?? '', url)
    answer = await ask(url)
  }
  if (answer.status >= 400) throw new RefusedBySignon(`The profile request was answered ${answer.status}`)
  return readProfile(JSON.parse(answer.body))
}

// The token is for Signon alone, wherever its answers may lead.
const bearer = (token: string, isSignon: boolean): Readonly<Record<string, string>> =>
  isSignon ? { Authorization: `Bearer ${token}` } : {}

const isRedirect = ({ status, location }: Answer) => status >= 300 && status < 400 && location !== null
