import type { App } from './app.ts'
import type { Profile } from './profile.ts'
import { RefusedBySignon } from './signon.ts'
import type { Person } from './state.ts'

/** A request without a token that Signon accepts. `code` is from RFC 6750 §3.1. */
export class BearerRefused extends Error {
  readonly code: 'invalid_request' | 'invalid_token'
  constructor(code: BearerRefused['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** Says whose token an `Authorization` header carries; Signon is asked at most once in 300 seconds about the same token. */
export type WhoseToken = (authorization: string | undefined) => Promise<Person>

const cacheSeconds = 300
const openSeconds = 5

export const bearerTokens = ({ now, signon, people }: App): WhoseToken => {
  const cache = new Map<string, { readonly profile: Profile; readonly until: number }>()

  const lookUp = async (token: string): Promise<Profile> => {
    const instant = now().getTime()
    for (const [key, { until }] of cache) if (until <= instant) cache.delete(key)
    const cached = cache.get(token)
    if (cached !== undefined) return cached.profile

    const asked = await ask(token)
    // What the library caches has no `disabled`, so that people known by token lose theirs.
    const profile = { ...asked, disabled: null }
    cache.set(token, { profile, until: instant + cacheSeconds * 1000 })
    return profile
  }

  const ask = async (token: string): Promise<Profile> => {
    try {
      return await signon.profile(token, openSeconds)
    } catch (trouble) {
      if (!(trouble instanceof RefusedBySignon)) throw trouble
      throw new BearerRefused('invalid_token', 'Bearer token does not appear to be valid')
    }
  }

  return async (authorization) => {
    const token = /Bearer (.+)/.exec(authorization ?? '')?.[1]
    if (token === undefined) throw new BearerRefused('invalid_request', 'No bearer token was provided')
    return people.welcome(await lookUp(token))
  }
}
