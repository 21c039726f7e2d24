import type { ApplicationId, PermissionId } from '#domain/application.ts'
import { rowNumber } from '#kernel/token.ts'
import type { OfferedApplication, OfferedPermission } from '#store/invitation-form.ts'
import { textsOf } from './urlencoded.ts'

/** An application with its permissions, as `layout/permission-choices.njk` shows them. */
export interface PermissionChoices {
  readonly id: ApplicationId
  readonly legend: string
  readonly summary: string
  readonly hint: string | null
  readonly fault: string | null
  /** More than fits a screen: its boxes scroll by themselves. */
  readonly isLong: boolean
  /** So many that a field helps to find one of them. */
  readonly isSearched: boolean
  readonly isOpen: boolean
  /** `signin` first, then what is ticked, then the others. */
  readonly items: readonly {
    readonly value: PermissionId
    readonly text: string
    readonly checked: boolean
  }[]
}

const field = 'user[supported_permission_ids][]'

/** The permissions that were ticked, by id; what is no id stands for a permission that nobody offers. */
export const chosenPermissions = (body: unknown): readonly PermissionId[] =>
  textsOf(body, field).map((text) => (rowNumber(text) ?? 0) as PermissionId)

/** Everything that is offered, as it is ticked; `faults` are beside the application that they are about. */
export const permissionChoices = (
  offered: readonly OfferedApplication[],
  chosen: readonly PermissionId[],
  faults: ReadonlyMap<ApplicationId, string> = new Map(),
): readonly PermissionChoices[] => {
  const ticked = new Set(chosen)
  return offered.map(({ id, name, isGdsOnly, permissions }) => {
    const count = permissions.filter((permission) => ticked.has(permission.id)).length
    return {
      id,
      legend: `Permissions for ${name}`,
      summary: `${name}, ${count} of ${permissions.length} selected`,
      hint: isGdsOnly ? 'For people of the Government Digital Service only.' : null,
      fault: faults.get(id) ?? null,
      isLong: permissions.length > 8,
      isSearched: permissions.length > 4,
      isOpen: count > 0,
      items: [...permissions].sort(inOrder(ticked)).map((permission) => ({
        value: permission.id,
        text: permission.isSignin ? `Has access to ${name}?` : permission.name,
        checked: ticked.has(permission.id),
      })),
    }
  })
}

/** The permissions that new people get unless somebody takes the ticks away. */
export const defaultPermissions = (offered: readonly OfferedApplication[]): readonly PermissionId[] =>
  offered.flatMap(({ permissions }) => permissions.filter(({ isDefault }) => isDefault).map(({ id }) => id))

const inOrder = (ticked: ReadonlySet<PermissionId>) => (one: OfferedPermission, other: OfferedPermission) =>
  rankOf(one, ticked) - rankOf(other, ticked)

const rankOf = ({ id, isSignin }: OfferedPermission, ticked: ReadonlySet<PermissionId>): number => {
  if (isSignin) return 0
  return ticked.has(id) ? 1 : 2
}
