import { noteOfChange } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import type { Organisation, WhichOrganisation } from '#domain/organisation.ts'
import type { UserId } from '#domain/user.ts'
import { Conflict, Invalid } from '#kernel/failure.ts'
import { administratorFor } from '#store/administration.ts'
import { recordMove } from '#store/organisation-change.ts'
import type { Signon, Stores } from '#store/signon.ts'

export interface MergeOrganisations {
  readonly from: WhichOrganisation
  readonly into: WhichOrganisation
  /** Say who would be moved, and move nobody. */
  readonly isRehearsal?: boolean
}

interface Merged {
  readonly from: Organisation
  readonly into: Organisation
}

export interface Merging extends Merged {
  /** How many people there were to be moved. */
  readonly matched: number
  /** The addresses of those who were moved, or would be. */
  readonly emails: readonly string[]
}

/** People are moved so many at a time, each time in a transaction of its own: nobody waits long for their row. */
const peopleAtATime = 100

/**
 * Moves everybody in one organisation to another, each with their event, so that their applications hear of it. When it
 * is broken off, those moved stay moved, and doing it again goes on. Throws `Invalid` where both are the same, `Conflict`
 * where the other is closed (`reference/background-and-operations.md` 9).
 */
export const mergeOrganisations = async (
  signon: Signon,
  actor: Actor,
  { isRehearsal = false, ...which }: MergeOrganisations,
): Promise<Merging> => {
  const before = await signon.read(async (stores) => {
    const merged = await findBoth(stores, actor, which)
    const emails = await stores.organisationMembers.emails(merged.from.id)
    return { ...merged, matched: emails.length, emails }
  })
  if (isRehearsal) return before

  const moved: string[] = []
  let last = 0 as UserId
  for (;;) {
    const some = await moveSome(signon, actor, which, { after: last, isFirst: moved.length === 0 })
    if (some.emails.length === 0) return { ...before, emails: moved }
    moved.push(...some.emails)
    last = some.last
  }
}

const moveSome = (
  signon: Signon,
  actor: Actor,
  which: MergeOrganisations,
  { after, isFirst }: { readonly after: UserId; readonly isFirst: boolean },
): Promise<{ readonly emails: readonly string[]; readonly last: UserId }> =>
  signon.transaction(async (work) => {
    const { from, into } = await findBoth(work, actor, which)
    const people = await work.organisationMembers.lockSome(from.id, after, peopleAtATime)
    for (const person of people) await recordMove(work, actor, person, { from, into })
    if (isFirst && people.length > 0) {
      const note = noteOfChange(from.name, into.name)
      await work.record({ name: 'organisations-merged', about: null, note }, actor)
    }
    return { emails: people.map(({ email }) => email), last: people.at(-1)?.id ?? after }
  })

const findBoth = async (stores: Stores, actor: Actor, which: MergeOrganisations): Promise<Merged> => {
  await administratorFor(stores, actor, 'merge organisations')
  const from = await stores.organisations.find(which.from)
  const into = await stores.organisations.find(which.into)
  if (from.id === into.id) throw new Invalid(`${from.name} cannot be merged into itself.`)
  if (into.isClosed) throw new Conflict(`${into.name} is closed, and so nobody can be put into it.`)
  return { from, into }
}
