import { basic } from '#test/client.ts'
import { encoded, fate, filled, good, type Hand, handOf, paths, type Side } from './hand.ts'
import { signInPath } from './oidc-provider.ts'
import type { Credentials, Request } from './request.ts'

/** Sends a request to one side, and says in a few words what came of it. */
export const ask = async (side: Side, request: Request): Promise<string> => {
  const application = side.applications[request.client ?? 'usual']
  const hand = await handOf(side, application, request)
  const outcome =
    request.at === 'authorize' ? await authorize(side, request, hand) : await callServer(side, request, hand)
  const { afterwards } = request
  return afterwards ? `${outcome}; ${afterwards} ${await fate(side, hand, afterwards)}` : outcome
}

const authorize = async (side: Side, request: Request, hand: Hand): Promise<string> => {
  const browser = request.given === 'nobody signed in' ? side.anonymous() : await side.signedIn()
  const sent = encoded({ ...good.authorize, ...side.needs, ...request.send }, hand)
  const query = [sent.toString(), request.raw].filter(Boolean).join('&')
  const { status, location, text } = await browser.send(`${paths.authorize}?${query}`, {
    method: request.method ?? 'GET',
  })
  if (location === '') return text.includes('name="code"') ? 'form with code' : `page ${status}`
  if (location === '/users/sign_in' || location.startsWith(signInPath)) return 'sign-in page'
  return redirect(new URL(location, side.url), sent, request.look)
}

const redirect = (to: URL, sent: URLSearchParams, look: Request['look']): string => {
  const answer = to.hash === '' ? to.searchParams : new URLSearchParams(to.hash.slice(1))
  const names = [...answer.keys()].filter((name) => answerNames.has(name))
  const asked = URL.parse(sent.get('redirect_uri') ?? '')
  if (without(to, answerNames) !== (asked && without(asked, answerNames))) return `redirect to ${to}`

  const what = answer.has('error') ? `error ${answer.get('error')}` : answer.has('code') ? 'code' : 'nothing'
  const place = to.hash === '' ? '' : ' in the fragment'
  const told = look === 'names' ? `: ${names.join(', ')}` : ''
  return `redirect with ${what}${place}${stateWord(sent.get('state') ?? '', answer.get('state') ?? '')}${told}`
}

const answerNames: ReadonlySet<string> = new Set(['code', 'state', 'iss', 'error', 'error_description'])

const without = (url: URL, names: ReadonlySet<string>): string => {
  const rest = new URL(url)
  rest.hash = ''
  for (const name of names) rest.searchParams.delete(name)
  return rest.href
}

const stateWord = (sent: string, back: string): string => {
  if (sent === back) return ''
  return back === '' ? ', without the state' : ', with another state'
}

const callServer = async (side: Side, request: Request, hand: Hand): Promise<string> => {
  const fields = encoded({ ...good[request.at], ...request.send }, hand)
  const { query, body, type } = packed(fields, request)
  const authorization = headerOf(request.credentials ?? 'basic', hand)
  const response = await fetch(`${side.url}${paths[request.at]}${query}`, {
    method: request.method ?? 'POST',
    ...(body !== undefined && { body }),
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(type !== undefined && { 'content-type': type }),
    },
  })
  const told = readable(await response.text())
  const seen = request.look === undefined ? '' : `: ${lookedAt[request.look](response.headers, told)}`
  return `${response.status}${wordFor(told)}${seen}`
}

const lookedAt = {
  names: (_headers, told) =>
    Object.keys(told ?? {})
      .sort()
      .join(', '),
  challenge: (headers) => headers.get('www-authenticate')?.split(' ', 1)[0] ?? 'none',
  caching: (headers) => headers.get('cache-control') ?? 'none',
} as const satisfies Record<
  NonNullable<Request['look']>,
  (headers: Headers, told: Told | undefined) => string
>

type Told = Readonly<Record<string, unknown>>

const packed = (fields: URLSearchParams, { as = 'form', raw }: Request) => {
  const form = [fields.toString(), raw].filter(Boolean).join('&')
  if (as === 'json')
    return { query: '', body: JSON.stringify(Object.fromEntries(fields)), type: 'application/json' }
  if (as === 'text') return { query: '', body: form, type: 'text/plain' }
  if (as === 'query') return { query: `?${form}`, body: undefined, type: undefined }
  return { query: '', body: form, type: 'application/x-www-form-urlencoded' }
}

const headerOf = (credentials: Credentials, hand: Hand): string | undefined => {
  if (credentials === 'none') return undefined
  if (credentials === 'basic') return basic(hand.id, hand.secret)
  if ('header' in credentials) return filled(credentials.header, hand)
  const [id, secret] = credentials.basic
  return basic(filled(id, hand), filled(secret, hand))
}

const readable = (text: string): Told | undefined => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const wordFor = (told: Told | undefined): string => {
  if (!told) return ''
  if (typeof told['error'] === 'string') return ` ${told['error']}`
  if ('access_token' in told) return ' tokens'
  return 'active' in told ? (told['active'] === true ? ' active' : ' inactive') : ''
}
