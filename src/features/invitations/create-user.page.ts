import type { ApplicationId } from '#domain/application.ts'
import type { Page } from '#web/page.ts'
import type { PermissionChoices } from '#web/permission-choices.ts'

/** Where a field may be wrong; permissions also in one of their applications. */
type Field = 'name' | 'email' | 'organisation' | 'permissions'

export interface CreateUserView {
  readonly name: string
  readonly email: string
  readonly organisations: readonly Choice[]
  /** Roles to choose from; none when the role is not to be chosen. */
  readonly roles: readonly (Choice & { readonly hint: string })[]
  readonly mustUseTwoStep: boolean
  readonly applications: readonly PermissionChoices[]
  readonly faults: readonly CreateUserFault[]
  readonly cancelPath: string
}

interface Choice {
  readonly value: string
  readonly text: string
  readonly isChosen: boolean
}

export interface CreateUserFault {
  readonly at: Field | ApplicationId
  readonly text: string
}

export const createUserPage = ({ faults, organisations, roles, ...view }: CreateUserView): Page => {
  const faultAt = (field: Field) => {
    const texts = faults.filter(({ at }) => at === field).map(({ text }) => text)
    return texts.length > 0 ? { text: texts.join('. ') } : null
  }
  return {
    template: 'invitations/create-user.njk',
    view: {
      title: 'Create new user',
      breadcrumbs: [{ text: 'Users', href: view.cancelPath }],
      ...view,
      organisations: organisations.map(({ value, text, isChosen }) => ({ value, text, selected: isChosen })),
      roles: roles.map(({ value, text, hint, isChosen }) => ({
        value,
        text,
        hint: { text: hint },
        checked: isChosen,
      })),
      errors: {
        name: faultAt('name'),
        email: faultAt('email'),
        organisation: faultAt('organisation'),
        permissions: faultAt('permissions'),
      },
      errorList: faults.map(({ at, text }) => ({
        text,
        href: typeof at === 'number' ? `#permissions-${at}` : `#${at}`,
      })),
    },
  }
}
