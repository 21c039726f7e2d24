import type { Role } from '#domain/user.ts'

/** Everybody in the demonstration has this one. */
export const demoPassword = 'sunlit harbour tractor violin'

/** In the authenticator app of everybody whose role demands one. */
export const demoAuthenticatorSecret = 'SIGNONDEMOSIGNONDEMOSIGNONDEMOSI'

export interface DemoPerson {
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly organisation: string | null
  /** Application → permissions held beside `signin`. */
  readonly access: Readonly<Record<string, readonly string[]>>
  /** What somebody trying things out should know of them. */
  readonly note: string
  readonly suspendedFor?: string
}

export const demoPublisherName = 'Demo Publisher'

/** One person of every role, and the cases that people ask about. */
export const demoPeople: readonly DemoPerson[] = [
  {
    name: 'Sam Okafor',
    email: 'sam.okafor@example.gov.uk',
    role: 'superadmin',
    organisation: 'government-digital-service',
    access: {
      [demoPublisherName]: ['write', 'publish'],
      Whitehall: ['GDS Admin'],
      Release: [],
      Transition: ['admin'],
    },
    note: 'superadmin; writes and publishes',
  },
  {
    name: 'Alice Bennett',
    email: 'alice.bennett@example.gov.uk',
    role: 'admin',
    organisation: 'government-digital-service',
    access: { [demoPublisherName]: ['write', 'publish'], Whitehall: ['GDS Editor'], Publisher: [] },
    note: 'admin; writes and publishes',
  },
  {
    name: 'Siobhan Price',
    email: 'siobhan.price@example.gov.uk',
    role: 'super_organisation_admin',
    organisation: 'department-for-education',
    access: { [demoPublisherName]: ['publish'], Whitehall: ['Managing Editor', 'Editor'] },
    note: 'super organisation admin; publishes what others write',
  },
  {
    name: 'Owen Clarke',
    email: 'owen.clarke@example.gov.uk',
    role: 'organisation_admin',
    organisation: 'department-for-education',
    access: { [demoPublisherName]: ['write'], Whitehall: ['Editor'], 'Manuals Publisher': [] },
    note: 'organisation admin; writes',
  },
  {
    name: 'Nadia Rahman',
    email: 'nadia.rahman@example.gov.uk',
    role: 'normal',
    organisation: 'department-for-education',
    access: { [demoPublisherName]: ['write'], Whitehall: [] },
    note: 'normal; writes',
  },
  {
    name: 'Ben Wright',
    email: 'ben.wright@example.gov.uk',
    role: 'normal',
    organisation: 'hm-revenue-customs',
    access: { Whitehall: [] },
    note: 'normal; may not use the Demo Publisher',
  },
  {
    name: 'Tom Hughes',
    email: 'tom.hughes@example.gov.uk',
    role: 'normal',
    organisation: 'hm-revenue-customs',
    access: { [demoPublisherName]: [] },
    note: 'suspended',
    suspendedFor: 'Left the department',
  },
]
