import type { UriSubstitution } from '#domain/application.ts'
import type { Origin } from '#kernel/activity.ts'
import type { Random } from '#kernel/random.ts'
import type { KeyRing } from '#kernel/sealed.ts'
import type { Connection } from './connection.ts'

/** What every store is given: the database or a transaction of it, the instant, chance, and the keys. */
export interface StoreContext {
  readonly db: Connection
  readonly now: () => Date
  readonly random: Random
  readonly keys: KeyRing
  readonly uriSubstitution: UriSubstitution | undefined
  /** What jobs carry on of where they come from. */
  readonly origin: (() => Origin) | undefined
}
