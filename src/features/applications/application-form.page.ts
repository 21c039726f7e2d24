import type { Page } from '#web/page.ts'
import type { Link } from './applications.page.ts'

/** What stands in the fields. Redirect addresses stand one on a line. */
export interface SettingFields {
  readonly name: string
  readonly description: string
  readonly homeUri: string
  readonly redirectUris: string
  readonly pushUri: string
  readonly takesPushes: boolean
  readonly isApiOnly: boolean
  readonly isGdsOnly: boolean
  readonly isDirectoryApi: boolean
  readonly requiresPkce: boolean
}

export interface FormView {
  readonly fields: SettingFields
  readonly problems: readonly { readonly text: string; readonly href: string }[]
  /** What is wrong, by field: one text each. */
  readonly faults: Readonly<Record<string, string>>
}

/** The form for a new application. */
export const newApplicationPage = (view: FormView & { readonly action: string }): Page => ({
  template: 'applications/new-application.njk',
  view: { title: 'Create application', breadcrumbs: toApplications, isEdit: false, ...view },
})

export interface ApplicationView extends FormView {
  readonly name: string
  readonly action: string
  readonly version: string
  readonly clientId: string
  readonly created: string
  /** Since when it is out of service; nothing for one in service. */
  readonly retired: string | null
  readonly links: readonly Link[]
  /** Addresses that this environment reads differently from how they are stored. */
  readonly readDifferently: readonly { readonly stored: string; readonly read: string }[]
}

/** An application, to be looked at and changed. */
export const applicationPage = (view: ApplicationView): Page => ({
  template: 'applications/application.njk',
  view: { title: `Edit ${view.name}`, breadcrumbs: toApplications, isEdit: true, ...view },
})

const toApplications: readonly Link[] = [{ text: 'Applications', href: '/applications' }]
