import type { Dormant, IdRange } from '#store/dormancy.ts'
import type { Signon } from '#store/signon.ts'

/** How a run over everybody is to go. */
export interface RunOptions {
  /** Say what would change, and change nothing. */
  readonly isRehearsal?: boolean
  /** Is told of whoever could not be dealt with. The run goes on. */
  readonly onFailure?: (person: Dormant, error: unknown) => void
}

/** What a run came to. */
export interface Run {
  /** How many people it was about. */
  readonly matched: number
  /** For how many of them something is different now. */
  readonly changed: number
  readonly details: readonly Detail[]
}

export interface Detail {
  readonly email: string
  readonly outcome: Outcome
}

export type Outcome =
  /** Done; in a rehearsal: it would be. */
  | 'done'
  /** They have signed in since, or somebody is changing their account just now: the next run looks again. */
  | 'passed over'
  /** The last active superadmin stays. */
  | 'last superadmin'
  | 'failed'

export interface Walk<Person extends Dormant> extends RunOptions {
  /** Whom a range of ids holds. */
  readonly find: (range: IdRange) => Promise<readonly Person[]>
  /** Deals with one of them. */
  readonly act: (person: Person) => Promise<Outcome>
}

/** Ids that are looked through in one statement: a few milliseconds' work. */
const idsAtOnce = 10_000
/** People who are dealt with at a time, each in a transaction of their own. */
const peopleAtOnce = 4

/** Goes through everybody, range by range of ids. What fails for one person stops nobody else. */
export const walk = async <Person extends Dormant>(
  signon: Signon,
  { find, act, isRehearsal = false, onFailure }: Walk<Person>,
): Promise<Run> => {
  const details: Detail[] = []
  const deal = async (person: Person): Promise<void> => {
    const outcome = await act(person).catch((error: unknown): Outcome => {
      onFailure?.(person, error)
      return 'failed'
    })
    details.push({ email: person.email, outcome })
  }
  const lastId = await signon.single.dormancy.lastId()
  for (let from = 0; from < lastId; from += idsAtOnce) {
    const waiting = [...(await find({ from, to: from + idsAtOnce }))].values()
    const lane = async (): Promise<void> => {
      for (const person of waiting) await deal(person)
    }
    await Promise.all(Array.from({ length: peopleAtOnce }, lane))
  }
  const done = details.filter(({ outcome }) => outcome === 'done').length
  return { matched: details.length, changed: isRehearsal ? 0 : done, details }
}
