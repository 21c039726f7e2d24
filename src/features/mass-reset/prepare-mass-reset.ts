import type { Administrator } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { choiceFault, choiceWords, type MassResetId, type ResetChoice } from '#domain/mass-reset.ts'
import type { UserId } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { administratorFor } from '#store/administration.ts'
import type { ResetBeginner } from '#store/mass-resets.ts'
import type { Signon, Stores } from '#store/signon.ts'

/** Who would lose their password. */
export interface ForeseenReset {
  readonly selection: string
  readonly all: number
  readonly first: readonly { readonly name: string; readonly email: string }[]
}

/** So many of them are shown. */
export const sampleSize = 10

/** Who is meant by a choice, as things are now. Throws as `prepareMassReset` does, but not for nobody. */
export const foreseeMassReset = (signon: Signon, actor: Actor, choice: ResetChoice): Promise<ForeseenReset> =>
  signon.read(async (stores) => {
    const administrator = await administratorFor(stores, actor, 'reset passwords of many')
    const selection = await selectionOf(stores, choice)
    const spared = sparedOf(administrator, choice)
    return { selection, ...(await stores.massResets.foresee(choice, spared, sampleSize)) }
  })

/**
 * Notes whose passwords are to be reset; nothing is reset yet. Throws `Invalid` for a choice of nobody in particular,
 * `NotFound` for an organisation that there is not, `Conflict` when nobody fits.
 */
export const prepareMassReset = (signon: Signon, actor: Actor, choice: ResetChoice): Promise<MassResetId> =>
  signon.transaction(async (work) => {
    const administrator = await administratorFor(work, actor, 'reset passwords of many')
    const selection = await selectionOf(work, choice)
    const id = await work.massResets.prepare(
      beginnerOf(administrator, actor),
      selection,
      choice,
      sparedOf(administrator, choice),
    )
    if ((await work.massResets.progress(id)).all === 0)
      throw new Conflict('Nobody who can sign in with a password fits that choice.')
    return id
  })

const selectionOf = async ({ organisations }: Stores, choice: ResetChoice): Promise<string> => {
  refuseFaults([choiceFault(choice)])
  const { organisation } = choice
  return choiceWords(
    choice,
    organisation === null ? undefined : (await organisations.find({ id: organisation })).name,
  )
}

const beginnerOf = (administrator: Administrator, { name }: Actor): ResetBeginner =>
  administrator.kind === 'person' ? { id: administrator.id } : { operator: name ?? 'unknown' }

/** Whoever begins it would lock themselves out half way. */
const sparedOf = (administrator: Administrator, { withOneself }: ResetChoice): UserId | undefined =>
  administrator.kind === 'person' && !withOneself ? administrator.id : undefined
