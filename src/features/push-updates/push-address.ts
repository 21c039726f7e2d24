import type { Application } from '#domain/application.ts'
import { Unavailable } from '#kernel/failure.ts'

const defaultPorts: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' }

/**
 * Where an application's paths begin for Signon's own calls: at its push address, or at the host of its first redirect
 * URI. The port is always written out (`reference/client-contract.md` 7; CQ-7). Throws `Unavailable` when there is none.
 */
export const pushAddress = ({
  name,
  pushUri,
  redirectUris,
}: Pick<Application, 'name' | 'pushUri' | 'redirectUris'>): string => {
  const stored = pushUri ?? redirectUris[0] ?? ''
  const url = URL.canParse(stored) ? new URL(stored) : undefined
  const defaultPort = url && defaultPorts[url.protocol]
  if (!url || !defaultPort) throw new Unavailable(`${name} has no address that Signon can call.`)
  const path = pushUri === null ? '' : url.pathname.replace(/\/+$/, '')
  return `${url.protocol}//${url.hostname}:${url.port || defaultPort}${path}`
}
