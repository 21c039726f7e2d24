import type { AccessOfMany } from '#domain/access-of-many.ts'
import { type UserId, usersInWords } from '#domain/user.ts'
import { thousands } from '#kernel/count.ts'
import type { AccessOfManyPreview } from '#store/access-of-many.ts'
import type { Permission } from '#store/grants.ts'
import type { Stores } from '#store/signon.ts'
import { reachedOf } from './prepare-access-of-many.ts'
import type { OwnChange } from './start-access-of-many.ts'

/** What will become of how many, and what the button says; no button where nobody would change. */
export interface PreviewWords {
  readonly effect: string
  readonly button: string | null
}

/** What these permissions would do to those, of `all`, whom the administrator still looks after; how many others are. */
export const previewAccessOfMany = async (
  stores: Stores,
  { change, administrator }: OwnChange,
  permissions: readonly Permission[],
  all: number,
): Promise<PreviewWords> => {
  const members = await stores.accessOfMany.members(change.id, { after: 0 as UserId, limit: all })
  const ids = members.map(({ id }) => id)
  const reached = (await reachedOf(stores, administrator, ids, [])).map(({ id }) => id)
  const would = await stores.accessOfMany.wouldChange(change, permissions, reached)
  return previewWords(change, { ...would, reached: reached.length, left: all - reached.length })
}

interface Preview extends AccessOfManyPreview {
  readonly reached: number
  /** Whom the administrator does not look after any more; the worker leaves them as they are. */
  readonly left: number
}

const previewWords = (
  { application, isGiving }: AccessOfMany,
  { changed, withoutAccess, reached, left }: Preview,
): PreviewWords => {
  const unchanged = reached - changed - withoutAccess
  const sentences = [
    reached > 0 && `${thousands(changed)} of ${usersInWords(reached)} will change.`,
    unchanged > 0 &&
      `${unchangedWords(unchanged, changed, reached)} ${isGiving ? 'all of them already' : 'none of them'}.`,
    withoutAccess > 0 &&
      `${usersInWords(withoutAccess)} ${withoutAccess === 1 ? 'does' : 'do'} not have access to ${application.name}. You cannot give it to them, so nothing will change for them.`,
    left > 0 && `You do not look after ${usersInWords(left)} any more. Nothing will change for them.`,
  ]
  return {
    effect: sentences.filter((sentence) => sentence !== false).join(' '),
    button: changed === 0 ? null : `${isGiving ? 'Give to' : 'Take from'} ${usersInWords(changed)}`,
  }
}

/** Who stays as they are because of what they have, as far as it takes to tell them from the others. */
const unchangedWords = (unchanged: number, changed: number, reached: number): string => {
  if (unchanged === reached) return 'They have'
  if (unchanged + changed === reached) return 'The others have'
  return `${usersInWords(unchanged)} ${unchanged === 1 ? 'has' : 'have'}`
}
