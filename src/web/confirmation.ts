import type { User } from '#domain/user.ts'
import { userBreadcrumbs } from './about-user.ts'
import type { Page } from './page.ts'
import { paths, pathTo } from './paths.ts'

/** What is asked before something is done to a person. */
export interface Confirmation {
  readonly title: string
  readonly paragraphs: readonly string[]
  readonly button: string
  /** It takes something away from them. */
  readonly isWarning: boolean
}

/** Asks whether that is to be done to this person, by one button that sends the page's own address a form. */
export const confirmationPage = (user: Pick<User, 'id' | 'name'>, confirmation: Confirmation): Page => ({
  template: 'layout/confirmation.njk',
  view: {
    ...confirmation,
    breadcrumbs: userBreadcrumbs(user),
    cancelPath: pathTo(paths.user, { id: user.id }),
  },
})
