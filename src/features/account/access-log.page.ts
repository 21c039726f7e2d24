import type { Page } from '#web/page.ts'

export interface AccessLogView {
  readonly events: readonly { readonly time: string; readonly words: string; readonly from: string }[]
  /** This is not the page with the newest. */
  readonly isLater: boolean
  /** Where the next page is; nothing when this is the last. */
  readonly olderAddress: string | null
}

export const accessLogPage = (view: AccessLogView): Page => ({
  template: 'account/access-log.njk',
  view: { title: 'Account access log', ...view },
})
