import { redirectUriFault } from '#domain/oauth/redirect-uri.ts'

/** The addresses of an application that somebody wants to store. */
export interface Addresses {
  readonly homeUri: string | null
  readonly redirectUris: readonly string[]
  readonly pushUri?: string | null
}

const mostRedirectUris = 20
const longestAddress = 2048

/** Everything that is wrong with them, in words. Plain http is for this machine, or where `allowHttp` says so. */
export const addressFaults = (addresses: Addresses, allowHttp: boolean): readonly string[] => {
  const { homeUri, redirectUris, pushUri = null } = addresses
  const faults = [
    redirectUris.length === 0 ? redirectUriFault('', { allowHttp }) : undefined,
    redirectUris.length > mostRedirectUris
      ? `There can be ${mostRedirectUris} redirect addresses at most.`
      : undefined,
    ...redirectUris.map((uri) => redirectUriFault(uri, { allowHttp: allowHttp || isOnThisMachine(uri) })),
    homeUri === null ? undefined : linkFault('home', homeUri, allowHttp),
    pushUri === null ? undefined : linkFault('push', pushUri, allowHttp),
    ...[homeUri ?? '', pushUri ?? '', ...redirectUris].map((uri) =>
      uri.length > longestAddress ? `An address has ${longestAddress} characters at most.` : undefined,
    ),
  ]
  return faults.filter((fault) => fault !== undefined)
}

const linkFault = (which: 'home' | 'push', uri: string, allowHttp: boolean): string | undefined => {
  const scheme = URL.canParse(uri) ? new URL(uri).protocol : ''
  if (scheme !== 'https:' && scheme !== 'http:') return `The ${which} address must be a full https address.`
  return scheme === 'https:' || allowHttp || isOnThisMachine(uri)
    ? undefined
    : `The ${which} address must begin with https.`
}

const loopback = /^127(?:\.\d{1,3}){3}$/

const isOnThisMachine = (uri: string): boolean => {
  const host = URL.canParse(uri) ? new URL(uri).hostname : ''
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || loopback.test(host)
}
