import type { Page } from '#web/page.ts'

interface Breadcrumb {
  readonly text: string
  readonly href: string
}

/** A token in words. */
export interface TokenView {
  readonly application: string
  /** Its first characters, as a reminder: `sgn_abcd…`. */
  readonly token: string
  readonly purpose: string
  readonly owner: string
  readonly created: string
  readonly expires: string
  /** Beside the day on which it expires: that this is soon, or was. */
  readonly tag: { readonly text: string; readonly classes: string } | null
  readonly lastUsed: string
  /** How it stands to the token whose place it takes, and to the one that takes its own. */
  readonly neighbours: readonly string[]
}

export interface TokenCard extends TokenView {
  /** For the names of links, of which each card has the same. */
  readonly about: string
  readonly revokePath: string
  /** Nothing when it has a replacement. */
  readonly replacePath: string | null
}

export interface TokensView {
  readonly name: string
  readonly tokens: readonly TokenCard[]
  /** Nothing for who is suspended. */
  readonly newTokenPath: string | null
  readonly breadcrumbs: readonly Breadcrumb[]
}

export const tokensPage = (view: TokensView): Page => ({
  template: 'api-users/tokens.njk',
  view: { title: `Manage tokens for ${view.name}`, ...view },
})

interface FormSurroundings {
  /** Lets the form be sent once. */
  readonly requestKey: string
  readonly breadcrumbs: readonly Breadcrumb[]
  readonly cancelPath: string
}

export interface NewTokenView extends FormSurroundings {
  readonly name: string
  readonly applications: readonly { readonly id: number; readonly name: string }[]
  /** What was typed, or what is usual. */
  readonly typed: Readonly<Record<'application' | 'purpose' | 'ownerEmail' | 'days', string>>
  readonly faults: Readonly<Partial<Record<'application' | 'purpose' | 'ownerEmail' | 'days', string>>>
}

const none = { application: null, purpose: null, ownerEmail: null, days: null } as const

export const newTokenPage = ({ applications, typed, faults, ...view }: NewTokenView): Page => ({
  template: 'api-users/new-token.njk',
  view: {
    title: `Create new access token for ${view.name}`,
    ...view,
    typed,
    faults: { ...none, ...faults },
    faultList: Object.entries(faults).map(([field, text]) => ({ text, href: `#${field}` })),
    choices: [
      { value: '', text: 'Select an application' },
      ...applications.map(({ id, name }) => ({ value: String(id), text: name })),
    ],
  },
})

export interface ReplaceTokenView extends FormSurroundings {
  readonly name: string
  readonly token: TokenView
  readonly days: string
  readonly fault: string | null
}

export const replaceTokenPage = (view: ReplaceTokenView): Page => ({
  template: 'api-users/replace-token.njk',
  view: { title: `Replace token giving ${view.name} access to ${view.token.application}`, ...view },
})

export interface NewTokenShownView {
  readonly name: string
  readonly application: string
  readonly expires: string
  /** The token itself, which nothing shows again. */
  readonly text: string
  /** It takes the place of another one, which is still good. */
  readonly isReplacement: boolean
  readonly breadcrumbs: readonly Breadcrumb[]
  readonly tokensPath: string
}

/** Shows a new token, this once. */
export const newTokenShownPage = (view: NewTokenShownView): Page => ({
  template: 'api-users/token-shown.njk',
  view: { title: `Access token for ${view.application}`, ...view },
})

export interface FormUsedView {
  readonly breadcrumbs: readonly Breadcrumb[]
  readonly tokensPath: string
}

/** Says that a form was sent before. */
export const formUsedPage = (view: FormUsedView): Page => ({
  template: 'api-users/form-used.njk',
  view: { title: 'This access token was created already', ...view },
})

export interface RevokeTokenView {
  readonly name: string
  readonly token: TokenView
  readonly breadcrumbs: readonly Breadcrumb[]
  readonly cancelPath: string
}

export const revokeTokenPage = (view: RevokeTokenView): Page => ({
  template: 'api-users/revoke-token.njk',
  view: { title: `Revoke token giving ${view.name} access to ${view.token.application}`, ...view },
})
