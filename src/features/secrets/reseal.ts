import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { enforce } from '#kernel/failure.ts'
import { type SealedPlace, sealedPlaces } from '#store/sealed-places.ts'
import type { Signon } from '#store/signon.ts'

/** What became of the texts of one place that another key than the first of the ring had sealed. */
export interface ResealedPlace {
  readonly place: SealedPlace
  readonly matched: number
  readonly changed: number
  /** No key of the ring opens these; they stay as they are. */
  readonly unreadable: number
}

/** Few enough that nobody waits for the rows. */
const rowsAtOnce = 500

/**
 * Seals with the first key of the ring what older ones sealed, so that these can be taken out of it. Doing it again is
 * harmless, and one that was cut off goes on where it was. A rehearsal changes nothing, and does not look whether each
 * text opens.
 */
export const resealSecrets = async (
  signon: Signon,
  actor: Actor,
  { isRehearsal = false } = {},
): Promise<readonly ResealedPlace[]> => {
  enforce(mayAdminister(actor, 'seal secrets anew'))
  const counts = await signon.read(({ sealedPlaces: store }) => store.count())
  const results: ResealedPlace[] = []
  for (const place of sealedPlaces) {
    const matched = counts
      .filter((count) => count.place === place && count.key !== signon.keys.newestId)
      .reduce((sum, { count }) => sum + count, 0)
    const done = isRehearsal || matched === 0 ? nothing : await resealPlace(signon, actor, place)
    results.push({ place, matched, ...done })
  }
  return results
}

const nothing = { changed: 0, unreadable: 0 } as const

const resealPlace = async (signon: Signon, actor: Actor, place: SealedPlace): Promise<typeof all> => {
  const all = { changed: 0, unreadable: 0 }
  for (let after: string | undefined = '0'; after !== undefined; ) {
    const from: string = after
    const { changed, unreadable, last } = await signon.transaction(async (work) => {
      const some = await work.sealedPlaces.reseal(place, from, rowsAtOnce)
      const note = `${some.changed} ${place}, with ${signon.keys.newestId}`
      if (some.changed > 0) await work.record({ name: 'secrets-sealed-anew', about: null, note }, actor)
      return some
    })
    all.changed += changed
    all.unreadable += unreadable
    after = last
  }
  return all
}
