import type { Actor } from '#domain/events.ts'
import type { UserId } from '#domain/user.ts'
import { administratorFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'
import { giveRole, type WantedRole } from './give-role.ts'

/**
 * Gives a person who may change roles another one themselves (`reference/roles-and-permissions.md` 3.11). Throws as
 * `giveRole` does, and `Forbidden`.
 */
export const changeOwnRole = (
  signon: Signon,
  actor: Actor,
  owner: UserId,
  wanted: WantedRole,
): Promise<void> =>
  signon.transaction(async (work) => {
    const held = await work.users.lockAmongSuperadmins({ id: owner, kind: 'person' })
    await administratorFor(work, actor, 'change a role')
    await giveRole(work, actor, held, wanted)
  })
