import type { LinkedEventLine } from '#web/event-lines.ts'
import type { Page } from '#web/page.ts'
import type { DayFaults, TypedDays } from './log-filter.ts'

export interface UserLogView {
  readonly name: string
  /** `Manage other users`. */
  readonly caption: string
  readonly breadcrumbs: readonly { readonly text: string; readonly href: string }[]
  /** Where the log is, without a filter. */
  readonly path: string
  readonly filter: TypedDays & { readonly kind: string }
  readonly kinds: readonly { readonly value: string; readonly text: string }[]
  readonly isFiltered: boolean
  readonly faults: DayFaults
  readonly events: readonly LinkedEventLine[]
  readonly newestPath: string | null
  readonly olderPath: string | null
}

export const userLogPage = (view: UserLogView): Page => ({
  template: 'records/user-log.njk',
  view: { title: `Account access log for ${view.name}`, ...view },
})
