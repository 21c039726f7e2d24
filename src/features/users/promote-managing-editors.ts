import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { gdsContentId } from '#domain/organisation.ts'
import { enforce } from '#kernel/failure.ts'
import type { Signon } from '#store/signon.ts'
import { type Run, type RunOptions, walk } from '#store/walk.ts'
import { changeRole } from './change-role.ts'

/** Names of permissions, as a regular expression of PostgreSQL. */
const managingEditor = 'managing.*editor'

/**
 * Makes organisation admins of people outside the Government Digital Service who edit as managing editors of any
 * application, have the role normal and are not suspended (`reference/background-and-operations.md` 4.3). Who belongs
 * to no organisation, or is exempt from 2-step verification, fails.
 */
export const promoteManagingEditors = async (
  signon: Signon,
  actor: Actor,
  options: RunOptions = {},
): Promise<Run> => {
  enforce(mayAdminister(actor, 'change everybody at once'))
  const chosen = {
    kind: 'person',
    isSuspended: false,
    roles: ['normal'],
    outside: gdsContentId,
    holdingNamed: managingEditor,
  } as const
  return walk(signon, {
    ...options,
    find: (range) => signon.single.manyUsers.within(range, chosen),
    async act({ id }) {
      const change = { id, kind: 'person', role: 'organisation_admin', was: 'normal' } as const
      if (!options.isRehearsal) await changeRole(signon, actor, change)
      return 'done'
    },
  })
}
