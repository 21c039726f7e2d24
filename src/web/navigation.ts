import { type AdministrativeAction, roleMay } from '#domain/administration.policy.ts'
import type { Session } from '#store/sessions.ts'
import { paths } from './paths.ts'

/** An entry of the navigation at the top of every page. */
export interface Section {
  readonly href: string
  readonly text: string
  /** It leads to the page that is shown. */
  readonly isCurrent: boolean
  /** The page that is shown belongs to it. */
  readonly isActive: boolean
}

interface Entry {
  readonly href: string
  readonly text: string
  readonly may: AdministrativeAction
  /** Where pages of it begin that are not below its own address. */
  readonly also?: readonly string[]
}

const sections: readonly Entry[] = [
  {
    href: paths.users,
    text: 'Users',
    may: 'list users',
    also: [paths.batches, '/suspensions', '/two_step_verification_exemptions'],
  },
  { href: paths.apiUsers, text: 'APIs', may: 'list API users' },
  { href: paths.applications, text: 'Apps', may: 'list applications' },
  { href: paths.organisations, text: 'Orgs', may: 'list organisations' },
  { href: paths.records, text: 'Records', may: 'read the security log' },
]

/**
 * The parts of Signon that this person may administer, and which of them the page at `path` belongs to. Whoever has
 * something to do first sees none.
 */
export const sectionsFor = ({ level, mustSetUpTwoStep, user }: Session, path: string): readonly Section[] =>
  level === 'full' && !mustSetUpTwoStep
    ? sections
        .filter(({ may }) => roleMay(user.role, may))
        .map(({ href, text, also = [] }) => ({
          href,
          text,
          isCurrent: path === href,
          isActive: [href, ...also].some((place) => `${path}/`.startsWith(`${place}/`)),
        }))
    : []
