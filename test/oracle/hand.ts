import { day, hour, minute } from '#kernel/clock.ts'
import type { TestBrowser } from '#test/browser.ts'
import { basic, challengeFor } from '#test/client.ts'
import type { TestApplication } from '#test/people.ts'
import type { ApplicationName, Changes, Endpoint, Given, Request } from './request.ts'

/** One of the two implementations, with a person who is signed in to it and the same applications. */
export interface Side {
  readonly url: string
  readonly applications: Readonly<Record<ApplicationName, TestApplication>>
  /** What a good authorization request must hold here, and not on the other side. */
  readonly needs: Changes
  signedIn(): Promise<TestBrowser>
  anonymous(): TestBrowser
  /** Makes everything that was issued so much older. */
  age(milliseconds: number): void
}

/** What the application holds before it asks: the words in braces of a request stand for these. */
export interface Hand {
  readonly id: string
  readonly secret: string
  readonly code: string
  readonly verifier: string
  readonly challenge: string
  readonly redirect: string
  readonly access: string
  readonly refresh: string
}

/** Where each kind of request goes. */
export const paths = {
  authorize: '/oauth/authorize',
  code: '/oauth/token',
  refresh: '/oauth/token',
  revoke: '/oauth/revoke',
  introspect: '/oauth/introspect',
} as const satisfies Record<Endpoint, string>

/** What a good request of each kind holds. */
export const good = {
  authorize: {
    client_id: '{id}',
    redirect_uri: '{redirect}',
    response_type: 'code',
    state: 'the state',
    code_challenge: '{challenge}',
    code_challenge_method: 'S256',
  },
  code: {
    grant_type: 'authorization_code',
    code: '{code}',
    redirect_uri: '{redirect}',
    code_verifier: '{verifier}',
  },
  refresh: { grant_type: 'refresh_token', refresh_token: '{refresh}' },
  revoke: { token: '{access}' },
  introspect: { token: '{access}' },
} as const satisfies Record<Endpoint, Changes>

/** Prepares what a request needs to have happened. */
export const handOf = async (
  side: Side,
  application: TestApplication,
  { at, given }: Request,
): Promise<Hand> => {
  const hand: Hand = {
    id: application.clientId,
    secret: application.clientSecret,
    verifier,
    challenge: challengeFor(verifier),
    redirect: application.redirectUri,
    code: '',
    access: '',
    refresh: '',
  }
  if (at === 'authorize' || given === 'nobody signed in') return hand
  const usual = at === 'code' ? 'a code' : 'tokens'
  return givens[given ?? usual](side, hand)
}

const verifier = 'a-verifier-of-forty-three-characters-or-more'

type Prepare = (side: Side, hand: Hand) => Promise<Hand>

const withCode =
  (changes: Changes = {}): Prepare =>
  async (side, hand) => {
    const browser = await side.signedIn()
    const query = encoded({ ...good.authorize, ...side.needs, ...changes }, hand)
    const { location } = await browser.get(`${paths.authorize}?${query}`)
    return { ...hand, code: new URL(location).searchParams.get('code') ?? '' }
  }

const withTokens: Prepare = async (side, hand) => {
  const withIt = await withCode()(side, hand)
  return { ...withIt, ...(await tokens(side, good.code, withIt)) }
}

const ofOther =
  (prepare: Prepare): Prepare =>
  async (side, hand) => {
    const { clientId: id, clientSecret: secret, redirectUri: redirect } = side.applications.other
    return {
      ...(await prepare(side, { ...hand, id, secret, redirect })),
      id: hand.id,
      secret: hand.secret,
      redirect: hand.redirect,
    }
  }

const aged =
  (prepare: Prepare, milliseconds: number): Prepare =>
  async (side, hand) => {
    const held = await prepare(side, hand)
    side.age(milliseconds)
    return held
  }

const givens: Readonly<Record<Given, Prepare>> = {
  'a code': withCode(),
  'a code without a challenge': async (side, hand) => {
    const held = await withCode({ code_challenge: null, code_challenge_method: null })(side, hand)
    return { ...held, verifier: '' }
  },
  'a code for the verifier “short”': withCode({ code_challenge: challengeFor('short') }),
  'a code that was used': withTokens,
  'a code a minute old': aged(withCode(), minute),
  'a code of another application': ofOther(withCode()),
  tokens: withTokens,
  'tokens of another application': ofOther(withTokens),
  'tokens two hours old': aged(withTokens, 2 * hour),
  'tokens thirty days old': aged(withTokens, 30 * day),
  'tokens that were revoked': async (side, hand) => {
    const held = await withTokens(side, hand)
    await post(side, paths.revoke, encoded(good.revoke, held), held)
    return held
  },
  'a refresh token that was used': async (side, hand) => {
    const held = await withTokens(side, hand)
    const { access } = await tokens(side, good.refresh, held)
    return { ...held, access }
  },
}

const tokens = async (side: Side, fields: Changes, hand: Hand): Promise<Pick<Hand, 'access' | 'refresh'>> => {
  const response = await post(side, paths.code, encoded(fields, hand), hand)
  const body = (await response.json()) as Readonly<Record<string, unknown>>
  return { access: String(body['access_token']), refresh: String(body['refresh_token']) }
}

/** Is what the application holds still good for anything? */
export const fate = async (
  side: Side,
  hand: Hand,
  what: 'access token' | 'refresh token' | 'code',
): Promise<'lives' | 'has ended'> => {
  if (what === 'code')
    return (await post(side, paths.code, encoded(good.code, hand), hand)).ok ? 'lives' : 'has ended'
  const token = what === 'access token' ? hand.access : hand.refresh
  const response = await post(side, paths.introspect, new URLSearchParams({ token }), hand)
  return ((await response.json()) as { readonly active?: unknown }).active === true ? 'lives' : 'has ended'
}

const post = (side: Side, path: string, body: URLSearchParams, { id, secret }: Hand): Promise<Response> =>
  fetch(side.url + path, { method: 'POST', body, headers: { authorization: basic(id, secret) } })

/** The changed request as it is sent: what is null is left out, what is a list is repeated. */
export const encoded = (changes: Changes, hand: Hand): URLSearchParams => {
  const pairs = Object.entries(changes).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map((one): [string, string] => [name, filled(one, hand)]),
  )
  return new URLSearchParams(pairs)
}

/** The words in braces replaced by what the application holds. */
export const filled = (text: string, hand: Hand): string =>
  text.replaceAll(/\{(\w+)(!?)\}/g, (whole, name: string, isEscaped: string) => {
    const value: unknown = Reflect.get(hand, name)
    if (typeof value !== 'string') return whole
    return isEscaped ? percentEncoded(value) : value
  })

/** As RFC 6749 Appendix B may be read: everything but letters and digits is escaped. */
const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[-_.]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
