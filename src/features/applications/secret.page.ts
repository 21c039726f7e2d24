import type { Page } from '#web/page.ts'

export interface NewSecretView {
  readonly name: string
  readonly clientId: string
  readonly clientSecret: string
  readonly isNewApplication: boolean
  readonly continueAddress: string
}

/** Shows a new secret, this once. */
export const newSecretPage = (view: NewSecretView): Page => ({
  template: 'applications/new-secret.njk',
  view: {
    title: view.isNewApplication ? `${view.name} has been created` : `New secret for ${view.name}`,
    breadcrumbs: [
      { text: 'Applications', href: '/applications' },
      { text: view.name, href: view.continueAddress },
    ],
    ...view,
  },
})

export interface SecretView {
  readonly name: string
  readonly address: string
  readonly action: string
  readonly version: string
  /** When each of the good secrets was made, the newest first. */
  readonly madeAt: readonly string[]
}

/** What rotating does, and the button for it. */
export const secretPage = (view: SecretView): Page => ({
  template: 'applications/secret.njk',
  view: {
    title: `Secret of ${view.name}`,
    breadcrumbs: [
      { text: 'Applications', href: '/applications' },
      { text: view.name, href: view.address },
    ],
    ...view,
  },
})
