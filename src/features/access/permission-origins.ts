import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { roleNames } from '#domain/user.ts'
import { userStatus } from '#domain/user-status.ts'
import { csvLine } from '#kernel/csv.ts'
import { enforce } from '#kernel/failure.ts'
import type { GrantPlace, PermissionOrigin } from '#store/permission-origins.ts'
import type { Signon } from '#store/signon.ts'

const headings = [
  'Grantee id',
  'Grantee email',
  'Grantee organisation',
  'Grantee role',
  'Grantee status',
  'Grantee created',
  'Application',
  'Permission',
  'Grant created',
  'Grant updated',
  'Granter id',
  'Granter email',
  'Granter organisation',
  'Granter role',
  'Event created',
  'Permissions in event',
  'Event id',
]

const grantsAtOnce = 1000

/**
 * Every grant of users outside the Government Digital Service, and who gave it as far as the log goes back
 * (`reference/background-and-operations.md` 4.3), as lines of CSV: the headings, then one line for each grant.
 */
export async function* permissionOriginsCsv(signon: Signon, actor: Actor): AsyncGenerator<string, void> {
  enforce(mayAdminister(actor, 'change everybody at once'))
  const now = signon.clock.now()
  yield csvLine(headings)
  let place: GrantPlace | undefined = { user: 0, application: 0, permission: 0 }
  while (place) {
    const origins: readonly PermissionOrigin[] = await signon.single.permissionOrigins.after(
      place,
      grantsAtOnce,
    )
    for (const origin of origins) yield csvLine(cellsOf(origin, now))
    place = origins.at(-1)?.place
  }
}

const cellsOf = (origin: PermissionOrigin, now: Date): readonly string[] => [
  String(origin.id),
  origin.email,
  origin.organisation ?? '',
  roleNames[origin.role],
  userStatus(origin, now),
  origin.createdAt.toISOString(),
  origin.application,
  origin.permission,
  // Grants are made and ended, and never changed.
  origin.grantedAt.toISOString(),
  origin.grantedAt.toISOString(),
  origin.granterId === null ? '' : String(origin.granterId),
  origin.granterEmail ?? '',
  origin.granterOrganisation ?? '',
  origin.granterRole === null ? '' : roleNames[origin.granterRole],
  origin.eventAt?.toISOString() ?? '',
  // The log has them as `(editor, signin)`.
  origin.eventNote?.slice(1, -1).replaceAll(', ', ';') ?? '',
  origin.eventId ?? '',
]
