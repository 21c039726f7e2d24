import { Failure } from '#kernel/failure.ts'
import type { IdRange } from './id-range.ts'
import type { Signon } from './signon.ts'

/** Anybody whom a run is about. */
interface Addressed {
  readonly id: number
  readonly email: string
}

/** How a run over everybody is to go. */
export interface RunOptions {
  /** Say what would change, and change nothing. */
  readonly isRehearsal?: boolean
  /** Is told of whoever could not be dealt with. The run goes on. */
  readonly onFailure?: (person: Addressed, error: unknown) => void
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
  /** Why it failed, where that was a refusal. */
  readonly reason?: string
}

export type Outcome =
  /** Done; in a rehearsal: it would be. */
  | 'done'
  /** It was so already. */
  | 'unchanged'
  /** They have changed since, or somebody is changing their account just now: the next run looks again. */
  | 'passed over'
  /** The last active superadmin stays. */
  | 'last superadmin'
  | 'failed'

export interface Walk<Person> extends RunOptions {
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
export const walk = async <Person extends Addressed>(
  signon: Signon,
  { find, act, isRehearsal = false, onFailure }: Walk<Person>,
): Promise<Run> => {
  const details: Detail[] = []
  const deal = async (person: Person): Promise<Detail> => {
    const { email } = person
    try {
      return { email, outcome: await act(person) }
    } catch (error) {
      onFailure?.(person, error)
      return { email, outcome: 'failed', ...(error instanceof Failure && { reason: error.message }) }
    }
  }
  for await (const range of idRanges(signon)) {
    const dealt: Detail[] = []
    const waiting = (await find(range)).entries()
    const lane = async (): Promise<void> => {
      for (const [place, person] of waiting) dealt[place] = await deal(person)
    }
    await Promise.all(Array.from({ length: peopleAtOnce }, lane))
    details.push(...dealt)
  }
  const done = details.filter(({ outcome }) => outcome === 'done').length
  return { matched: details.length, changed: isRehearsal ? 0 : done, details }
}

/** The ids of everybody, so many at a time that one statement looks through them quickly. */
export async function* idRanges({ single }: Pick<Signon, 'single'>): AsyncGenerator<IdRange, void> {
  const lastId = await single.manyUsers.lastId()
  for (let from = 0; from < lastId; from += idsAtOnce) yield { from, to: from + idsAtOnce }
}
