import type { LinkedEventLine } from '#web/event-lines.ts'
import type { Page } from '#web/page.ts'
import type { DayFaults, TypedDays } from './log-filter.ts'

export interface SecurityLogView {
  readonly path: string
  readonly filter: TypedDays & { readonly actor: string; readonly event: string }
  readonly actors: readonly Choice[]
  readonly choices: readonly Choice[]
  readonly isFiltered: boolean
  readonly faults: DayFaults
  readonly events: readonly SecurityLine[]
  readonly newestPath: string | null
  readonly olderPath: string | null
}

export interface SecurityLine extends LinkedEventLine {
  /** Whose account it is about; nothing when about none. */
  readonly about: string | null
  /** Where that account is; nothing when it is gone. */
  readonly aboutPath: string | null
}

interface Choice {
  readonly value: string
  readonly text: string
}

export const securityLogPage = (view: SecurityLogView): Page => ({
  template: 'records/security-log.njk',
  view: { title: 'Who did what', breadcrumbs: [{ text: 'Records', href: '/records' }], ...view },
})
