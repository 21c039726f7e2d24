import type { Actor } from '#domain/events.ts'
import type { UserId, Whom } from '#domain/user.ts'
import { administratorFor, lockUserFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'
import { accountOf, type UserAccount } from '#store/user-account.ts'
import { giveOrganisation, type WantedOrganisation } from './give-organisation.ts'

export type ChangeOrganisation = Whom & WantedOrganisation

/** Moves somebody else to another organisation, or to none. Throws as `giveOrganisation` does, and `NotFound` for a stranger. */
export const changeOrganisation = (
  signon: Signon,
  actor: Actor,
  input: ChangeOrganisation,
): Promise<UserAccount> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'change an organisation', input)
    await giveOrganisation(work, actor, user, input)
    return accountOf(work, user.email, work.now)
  })

/** Moves the person who asks, if they may change organisations, and answers its name. Throws as `giveOrganisation` does, and `Forbidden`. */
export const changeOwnOrganisation = (
  signon: Signon,
  actor: Actor,
  owner: UserId,
  wanted: WantedOrganisation,
): Promise<string> =>
  signon.transaction(async (work) => {
    const user = await work.users.lockById(owner)
    await administratorFor(work, actor, 'change an organisation')
    return giveOrganisation(work, actor, user, wanted)
  })
