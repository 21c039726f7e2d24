import { mayAdminister } from '#domain/administration.policy.ts'
import { addressFaults } from '#domain/application-addresses.ts'
import type { Actor } from '#domain/events.ts'
import { enforce, NotFound } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import type { StoredAddresses } from '#store/applications.ts'
import type { Signon } from '#store/signon.ts'

export interface MigrateDomain {
  readonly from: string
  readonly to: string
  /** Names of applications that stay where they are. */
  readonly ignored?: readonly string[]
  /** Find out what would change, and change nothing. */
  readonly isRehearsal: boolean
  /** Are http addresses fine, as they are in development? */
  readonly allowHttp: boolean
}

export interface MovedAddress {
  readonly applicationName: string
  readonly field: 'redirect_uri' | 'home_uri' | 'push_uri'
  readonly from: string
  readonly to: string
}

/**
 * Moves the stored addresses of every application in service from one domain to another, for good
 * (`reference/background-and-operations.md` 10). Those that have the new domain already stay. All are moved, or none.
 * Throws `NotFound` for a name to ignore that no application in service has.
 */
export const migrateDomain = (
  signon: Signon,
  actor: Actor,
  input: MigrateDomain,
): Promise<readonly MovedAddress[]> =>
  signon.transaction(async (work) => {
    enforce(mayAdminister(actor, 'move applications to another domain'))
    refuseFaults([domainFault(input.from), domainFault(input.to)])
    const applications = withoutIgnored(await work.applications.lockAddresses(), input.ignored ?? [])
    const moves = applications.map((old) => moved(old, input)).filter(({ changes }) => changes.length > 0)
    refuseFaults(moves.flatMap((move) => faultsOf(move, input.allowHttp)))
    if (!input.isRehearsal)
      for (const { id, addresses, changes } of moves) {
        await work.applications.setAddresses(id, addresses)
        const note = changes.map(({ from, to }) => `from ${from} to ${to}`).join(', ')
        await work.record(
          { name: 'application-addresses-changed', about: null, application: id, note },
          actor,
        )
      }
    return moves.flatMap(({ changes }) => changes)
  })

const withoutIgnored = (
  applications: readonly StoredAddresses[],
  ignored: readonly string[],
): readonly StoredAddresses[] => {
  const names = new Set(applications.map(({ name }) => name.toLowerCase()))
  const unknown = ignored.find((name) => !names.has(name.toLowerCase()))
  if (unknown !== undefined) throw new NotFound(`There is no application ${unknown} in service.`)
  const isIgnored = new Set(ignored.map((name) => name.toLowerCase()))
  return applications.filter(({ name }) => !isIgnored.has(name.toLowerCase()))
}

const moved = (old: StoredAddresses, input: MigrateDomain) => {
  const changes: MovedAddress[] = []
  const move = (field: MovedAddress['field'], from: string): string => {
    const to = withDomain(from, input)
    if (to !== from) changes.push({ applicationName: old.name, field, from, to })
    return to
  }
  const addresses = {
    redirectUris: [...new Set(old.redirectUris.map((uri) => move('redirect_uri', uri)))],
    homeUri: old.homeUri && move('home_uri', old.homeUri),
    pushUri: old.pushUri && move('push_uri', old.pushUri),
  }
  return { id: old.id, name: old.name, addresses, changes }
}

/** `app.old.example` is in the domain `old.example`, and neither `bold.example` nor `old.example.org` is. */
const withDomain = (uri: string, { from, to }: MigrateDomain): string => {
  // In a move to a shorter domain, staging.x.gov.uk to x.gov.uk, the old one holds the new one.
  const holdsNew = (text: string): boolean => text.toLowerCase().includes(to.toLowerCase())
  if (holdsNew(uri) && !holdsNew(from)) return uri
  const whole = new RegExp(`(?<![a-z0-9-])${from.replaceAll('.', '\\.')}(?![a-z0-9-]|\\.[a-z0-9])`, 'gi')
  return uri.replaceAll(whole, () => to)
}

const domainFault = (domain: string): string | undefined =>
  /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i.test(domain)
    ? undefined
    : `${domain} is not a domain, such as publishing.service.gov.uk.`

const faultsOf = ({ name, addresses }: ReturnType<typeof moved>, allowHttp: boolean): readonly string[] =>
  addressFaults(addresses, allowHttp).map(({ text }) => `${name}: ${text}`)
