import type { Page } from '#web/page.ts'
import type { Breadcrumbs } from './access.page.ts'

interface About {
  readonly isOwn: boolean
  readonly userName: string
  readonly applicationName: string
  readonly breadcrumbs: Breadcrumbs
}

export interface PermissionsView extends About {
  /** Held ones first. */
  readonly permissions: readonly { readonly name: string; readonly isHeld: boolean }[]
  readonly listPath: string
}

/** What somebody may do in an application, and what there is beside that. */
export const permissionsPage = ({ isOwn, userName, ...view }: PermissionsView): Page => ({
  template: 'access/permissions.njk',
  view: {
    title: `${isOwn ? 'My' : `${userName}’s`} permissions for ${view.applicationName}`,
    ...view,
  },
})

interface ShownPermission {
  readonly id: number
  readonly name: string
  readonly isHeld: boolean
}

export interface UpdatePermissionsView extends About {
  /** So many that they are searched, and that those held stand first. */
  readonly isLong: boolean
  /** What was searched for; empty for all. */
  readonly filter: string
  /** How many the viewer may change, shown or not. */
  readonly total: number
  /** Those that are shown. */
  readonly permissions: readonly ShownPermission[]
  /** Are there others that the viewer may not change? */
  readonly hasOthers: boolean
  readonly action: string
  readonly viewPath: string
  readonly cancelPath: string
}

/** The form that gives and takes permissions: what it shows as held, it says in a hidden field. */
export const updatePermissionsPage = ({
  isOwn,
  userName,
  permissions,
  ...view
}: UpdatePermissionsView): Page => {
  const held = permissions.filter(({ isHeld }) => isHeld)
  return {
    template: 'access/update-permissions.njk',
    view: {
      title: `Update ${isOwn ? '' : `${userName}’s `}permissions for ${view.applicationName}`,
      shown: permissions.map(itemOf),
      held: held.map(itemOf),
      offered: permissions.filter(({ isHeld }) => !isHeld).map(itemOf),
      heldIds: held.map(({ id }) => id).join(' '),
      ...view,
    },
  }
}

const itemOf = ({ id, name, isHeld }: ShownPermission) => ({
  id: `permission-${id}`,
  name: isHeld ? 'keep' : 'add',
  value: String(id),
  text: name,
  checked: isHeld,
  label: { classes: 'signon-breakable' },
})
