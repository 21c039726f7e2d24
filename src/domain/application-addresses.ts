import { redirectUriFault } from './oauth/redirect-uri.ts'

/** The addresses of an application that somebody wants to store. */
export interface Addresses {
  readonly homeUri: string | null
  readonly redirectUris: readonly string[]
  readonly pushUri?: string | null
}

/** Something that is wrong with one of them, in words. */
export interface AddressFault {
  readonly field: 'homeUri' | 'redirectUris' | 'pushUri'
  readonly text: string
  /** The address that it is wrong with, where there are several. */
  readonly uri?: string
}

const mostRedirectUris = 20
const longestAddress = 2048

/** Everything that is wrong with them. Plain http is for this machine, or where `allowHttp` says so. */
export const addressFaults = (addresses: Addresses, allowHttp: boolean): readonly AddressFault[] => {
  const { homeUri, redirectUris, pushUri = null } = addresses
  return [
    ...redirectFaults(redirectUris, allowHttp),
    ...linkFaults('homeUri', homeUri, allowHttp),
    ...linkFaults('pushUri', pushUri, allowHttp),
  ]
}

const redirectFaults = (uris: readonly string[], allowHttp: boolean): readonly AddressFault[] => {
  const field = 'redirectUris'
  if (uris.length === 0) return [{ field, text: redirectUriFault('', { allowHttp }) ?? '' }]
  if (uris.length > mostRedirectUris)
    return [{ field, text: `There can be ${mostRedirectUris} redirect addresses at most.` }]
  return uris.flatMap((uri) => {
    const fault = redirectUriFault(uri, { allowHttp: allowHttp || isOnThisMachine(uri) }) ?? lengthFault(uri)
    return fault === undefined ? [] : [{ field, text: fault, uri }]
  })
}

const lengthFault = (uri: string): string | undefined =>
  uri.length > longestAddress ? `An address has ${longestAddress} characters at most.` : undefined

const links = { homeUri: 'home', pushUri: 'push' } as const

const linkFaults = (
  field: keyof typeof links,
  uri: string | null,
  allowHttp: boolean,
): readonly AddressFault[] => {
  const text = uri === null ? undefined : (linkFault(links[field], uri, allowHttp) ?? lengthFault(uri))
  return text === undefined ? [] : [{ field, text }]
}

// Written out as it is meant: browsers would also follow `https:evil.example` and `https://gov.uk\@evil.example`.
const plainLink = /^https?:\/\/[^\s\\/@\p{Cc}]+(?:[/?#][^\s\\\p{Cc}]*)?$/iu

const linkFault = (which: 'home' | 'push', uri: string, allowHttp: boolean): string | undefined => {
  if (!plainLink.test(uri) || !URL.canParse(uri)) return `The ${which} address must be a full https address.`
  return new URL(uri).protocol === 'https:' || allowHttp || isOnThisMachine(uri)
    ? undefined
    : `The ${which} address must begin with https.`
}

const loopback = /^127(?:\.\d{1,3}){3}$/

const isOnThisMachine = (uri: string): boolean => {
  const host = URL.canParse(uri) ? new URL(uri).hostname : ''
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || loopback.test(host)
}
