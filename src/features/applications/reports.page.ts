import type { UserStatus } from '#domain/user.ts'
import type { Page } from '#web/page.ts'
import type { Chart } from './month-chart.ts'

interface AboutApplication {
  readonly applicationName: string
  readonly applicationAddress: string
}

export interface UsersWithAccessView extends AboutApplication {
  readonly people: string
  readonly users: readonly {
    readonly name: string
    readonly address: string
    readonly email: string
    readonly role: string
    readonly organisation: string
    readonly signInCount: string
    readonly lastSignIn: string
    readonly status: UserStatus
    readonly permissions: string
  }[]
  readonly firstAddress: string | null
  readonly nextAddress: string | null
}

export const usersWithAccessPage = (view: UsersWithAccessView): Page => ({
  template: 'applications/users-with-access.njk',
  view: { title: `Users with access to ${view.applicationName}`, breadcrumbs: toApplication(view), ...view },
})

/** What logs and figures have in common. */
interface Report extends AboutApplication {
  /** The environment by name, when it is not production. */
  readonly otherEnvironment: string | null
  readonly includesTests: boolean
}

export interface AuthorisationLogView extends Report {
  readonly action: string
  readonly months: readonly { readonly value: string; readonly text: string; readonly selected: boolean }[]
  readonly events: readonly {
    readonly time: string
    readonly who: string
    /** Nothing when the account is gone. */
    readonly address: string | null
    readonly from: string
  }[]
  readonly newestAddress: string | null
  readonly olderAddress: string | null
}

export const authorisationLogPage = (view: AuthorisationLogView): Page => ({
  template: 'applications/authorisation-log.njk',
  view: { title: `${view.applicationName} access log`, breadcrumbs: toApplication(view), ...view },
})

export interface StatisticsView extends Report {
  readonly action: string
  readonly months: readonly {
    readonly month: string
    readonly authorisations: string
    readonly people: string
    readonly logAddress: string
  }[]
  readonly chart: Chart
}

export const statisticsPage = (view: StatisticsView): Page => ({
  template: 'applications/statistics.njk',
  view: {
    title: `Monthly access counts to ${view.applicationName}`,
    breadcrumbs: toApplication(view),
    ...view,
  },
})

const toApplication = ({ applicationName, applicationAddress }: AboutApplication) => [
  { text: 'Applications', href: '/applications' },
  { text: applicationName, href: applicationAddress },
]
