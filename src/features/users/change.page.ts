import type { Page } from '#web/page.ts'

/** A change of address that waits for its new address. */
export interface PendingEmailView {
  readonly email: string
  readonly words: string
  readonly resendPath: string
  readonly cancelPath: string
}

/** What every form has that changes one thing about somebody else. */
export interface ChangeView {
  readonly name: string
  readonly breadcrumbs: readonly { readonly text: string; readonly href: string }[]
  readonly cancelPath: string
  /** What it was when the form was made: whoever sends the form has seen that. */
  readonly was: string
  readonly fault: string | null
}

export interface TextChangeView extends ChangeView {
  /** What was typed, or the value as it is. */
  readonly value: string
}

export interface EmailChangeView extends TextChangeView {
  /** They have not accepted their invitation yet. */
  readonly isInvited: boolean
  readonly pending: PendingEmailView | null
}

export interface Choice {
  readonly value: string
  readonly text: string
  readonly selected: boolean
}

export interface ChoiceChangeView extends ChangeView {
  readonly choices: readonly Choice[]
  /** Why there is nothing to choose; nothing when there is. */
  readonly obstacle: string | null
}

export const changeNamePage = ({ name, ...view }: TextChangeView): Page => ({
  template: 'users/change-text.njk',
  view: {
    title: `Change name for ${name}`,
    button: 'Change name',
    field: { id: 'name', name: 'user[name]', label: 'Name', hint: null, type: 'text' },
    pending: null,
    ...view,
  },
})

export const changeEmailPage = ({ name, isInvited, ...view }: EmailChangeView): Page => ({
  template: 'users/change-text.njk',
  view: {
    title: `Change email for ${name}`,
    button: 'Change email',
    field: {
      id: 'email',
      name: 'user[email]',
      label: 'Email',
      hint: isInvited
        ? 'This address has not accepted its invitation yet. The new one gets an invitation of its own at once, and the old link stops working.'
        : 'We will send an email to the new address. It changes only when the link in that email is followed; the old address is told, and can stop it.',
      type: 'email',
    },
    ...view,
  },
})

export const changeRolePage = ({ name, ...view }: ChoiceChangeView): Page => ({
  template: 'users/change-choice.njk',
  view: {
    title: `Change role for ${name}`,
    button: 'Change role',
    field: { id: 'role', name: 'user[role]', label: 'Role', explainsRoles: true },
    ...view,
  },
})

export const changeOrganisationPage = ({ name, ...view }: ChoiceChangeView): Page => ({
  template: 'users/change-choice.njk',
  view: {
    title: `Change organisation for ${name}`,
    button: 'Change organisation',
    field: { id: 'organisation', name: 'user[organisation_id]', label: 'Organisation', explainsRoles: false },
    ...view,
  },
})
