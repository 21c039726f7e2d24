import type { User } from '#domain/user.ts'
import { NotFound } from '#kernel/failure.ts'
import type { Permission } from '#store/grants.ts'

export interface ChangeAccess {
  readonly email: string
  readonly applicationName: string
  /** Names of permissions, in any case; `signin` need not be among them. */
  readonly permissions: readonly string[]
  /** Find out what would change, and change nothing. */
  readonly isRehearsal?: boolean
}

export interface AccessChange {
  readonly user: User
  readonly applicationName: string
  /** Names of the permissions added or removed; none when there was nothing to do. */
  readonly changed: readonly string[]
  /** What the user holds for the application afterwards, `signin` first. */
  readonly held: readonly string[]
}

/** Those of an application's permissions that are named, and each once. Throws `NotFound` that lists the unknown names. */
export const permissionsNamed = (
  offered: readonly Permission[],
  names: readonly string[],
  applicationName: string,
): readonly Permission[] => {
  const wanted = new Set(names.map(comparable))
  const known = new Set(offered.map(({ name }) => comparable(name)))
  const unknown = names.filter((name) => !known.has(comparable(name)))
  if (unknown.length > 0)
    throw new NotFound(`${applicationName} has no permission called ${unknown.join(', ')}.`)
  return offered.filter(({ name }) => wanted.has(comparable(name)))
}

/** Names held, in the order in which the application offers them: `signin` first. */
export const heldOf = (offered: readonly Permission[], held: readonly string[]): readonly string[] =>
  offered.map(({ name }) => name).filter((name) => held.includes(name))

/** An application has no two permissions whose names differ by case only. */
const comparable = (name: string): string => name.trim().toLowerCase()
