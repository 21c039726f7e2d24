import type { User } from '#domain/user.ts'
import { userBreadcrumbs } from './about-user.ts'
import type { Page } from './page.ts'
import { paths, pathTo } from './paths.ts'

/** What is asked before something is done. */
export interface Confirmation {
  readonly title: string
  readonly paragraphs: readonly string[]
  readonly button: string
  /** It takes something away. */
  readonly isWarning: boolean
}

/** Where a page that asks stands. */
interface Place {
  /** What stands above its title, if anything. */
  readonly caption: string | null
  readonly breadcrumbs: readonly { readonly text: string; readonly href: string }[]
  /** Where the button sends its form; nothing for the page's own address. */
  readonly action: string | null
  readonly cancelPath: string
}

/** Asks whether that is to be done, by one button. */
export const askingPage = (place: Place, confirmation: Confirmation): Page => ({
  template: 'layout/confirmation.njk',
  view: { ...confirmation, ...place },
})

/** Asks whether that is to be done to this person, by one button that sends the page's own address a form. */
export const confirmationPage = (user: Pick<User, 'id' | 'name'>, confirmation: Confirmation): Page =>
  askingPage(
    {
      caption: 'Manage other users',
      breadcrumbs: userBreadcrumbs(user),
      action: null,
      cancelPath: pathTo(paths.user, { id: user.id }),
    },
    confirmation,
  )
