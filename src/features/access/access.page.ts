import type { Page } from '#web/page.ts'

export type Breadcrumbs = readonly { readonly text: string; readonly href: string }[]

interface AccessRow {
  readonly name: string
  readonly description: string
  /** Nothing where the viewer may not: the same for the others. */
  readonly grantPath: string | null
  readonly removePath: string | null
  readonly viewPath: string
  readonly updatePath: string | null
}

export interface AccessView {
  readonly isOwn: boolean
  readonly userName: string
  readonly breadcrumbs: Breadcrumbs
  readonly used: readonly AccessRow[]
  readonly unused: readonly AccessRow[]
}

/** Every application that people use, in two tables: those that this person may sign in to, and the others. */
export const accessPage = ({ isOwn, userName, ...view }: AccessView): Page => ({
  template: 'access/access.njk',
  view: {
    title: isOwn ? 'GOV.UK apps' : `${userName}’s GOV.UK apps`,
    usedCaption: isOwn ? 'Apps you have access to' : `Apps ${userName} has access to`,
    unusedCaption: isOwn ? 'Apps you don’t have access to' : `Apps ${userName} does not have access to`,
    ...view,
  },
})

export interface EndAccessView {
  readonly isOwn: boolean
  readonly userName: string
  readonly applicationName: string
  readonly breadcrumbs: Breadcrumbs
  /** Names of the other permissions, that go with access. */
  readonly going: readonly string[]
  /** Names of those that the viewer may not take. */
  readonly staying: readonly string[]
  readonly action: string
  readonly cancelPath: string
}

/** Asks before access is removed, and says what becomes of the other permissions. */
export const endAccessPage = ({ isOwn, userName, ...view }: EndAccessView): Page => {
  const whose = isOwn ? 'your' : `${userName}’s`
  return {
    template: 'access/end-access.njk',
    view: {
      title: isOwn
        ? `Remove access to ${view.applicationName}`
        : `Remove ${userName}’s access to ${view.applicationName}`,
      question: `Are you sure you want to remove ${whose} access to ${view.applicationName}?`,
      has: isOwn ? 'You have' : `${userName} has`,
      is: isOwn ? 'you are' : `${userName} is`,
      ...view,
    },
  }
}
