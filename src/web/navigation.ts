import { type AdministrativeAction, roleMay } from '#domain/administration.policy.ts'
import type { Session } from '#store/sessions.ts'
import { paths } from './paths.ts'

/** An entry of the navigation at the top of every page. */
export interface Section {
  readonly href: string
  readonly text: string
}

const sections: readonly (Section & { readonly may: AdministrativeAction })[] = [
  { href: paths.users, text: 'Users', may: 'list users' },
  { href: paths.apiUsers, text: 'APIs', may: 'list API users' },
  { href: paths.applications, text: 'Apps', may: 'list applications' },
  { href: paths.organisations, text: 'Orgs', may: 'list organisations' },
  { href: paths.records, text: 'Records', may: 'read the security log' },
]

/** The parts of Signon that this person may administer. Whoever has something to do first sees none. */
export const sectionsFor = ({ level, mustSetUpTwoStep, user }: Session): readonly Section[] =>
  level === 'full' && !mustSetUpTwoStep ? sections.filter(({ may }) => roleMay(user.role, may)) : []
