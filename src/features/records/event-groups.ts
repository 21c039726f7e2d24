import { eventWords } from '#domain/event-log.ts'
import { type EventName, eventKinds } from '#domain/events.ts'

/** What an event is about, for whoever looks for one kind of them. */
export const groupNames = {
  'sign-in': 'Signing in and out',
  'two-step': '2-step verification',
  access: 'Access and permissions',
  account: 'The account itself',
  tokens: 'Tokens',
  service: 'Applications, organisations and Signon itself',
} as const

export type EventGroup = keyof typeof groupNames

const groups = {
  'account-locked': 'sign-in',
  'account-suspended': 'account',
  'account-unsuspended': 'account',
  'account-suspended-as-unused': 'account',
  'account-unlocked': 'sign-in',
  'password-reset-requested': 'account',
  'password-reset-opened': 'account',
  'password-reset-failed': 'account',
  'password-changed': 'account',
  'signed-in': 'sign-in',
  'sign-in-failed': 'sign-in',
  'suspended-sign-in': 'sign-in',
  'password-change-failed': 'account',
  'email-changed': 'account',
  'email-change-begun': 'account',
  'email-change-confirmed': 'account',
  'two-step-enabled': 'two-step',
  'two-step-reset': 'two-step',
  'two-step-setup-failed': 'two-step',
  'two-step-passed': 'two-step',
  'two-step-failed': 'two-step',
  'two-step-locked': 'two-step',
  'two-step-device-changed': 'two-step',
  'two-step-change-failed': 'two-step',
  'account-created': 'account',
  'api-token-created': 'tokens',
  'api-token-renewed': 'tokens',
  'api-token-revoked': 'tokens',
  'password-reset-expired': 'account',
  'password-reset': 'account',
  'role-changed': 'account',
  'account-updated': 'account',
  'permissions-added': 'access',
  'permissions-removed': 'access',
  'account-invited': 'account',
  'unknown-sign-in': 'sign-in',
  'two-step-exempted': 'two-step',
  'two-step-exemption-updated': 'two-step',
  'two-step-exemption-removed': 'two-step',
  'two-step-required': 'two-step',
  'account-deleted': 'account',
  'organisation-changed': 'account',
  'application-authorised': 'sign-in',
  'signed-out': 'sign-in',
  'sign-in-refused-by-application': 'access',
  'authorization-ended': 'tokens',
  'authorization-revoked': 'tokens',
  'application-created': 'service',
  'application-retired': 'service',
  'application-secret-rotated': 'service',
  'application-addresses-changed': 'service',
  'permission-created': 'service',
  'password-set': 'account',
  'email-change-cancelled': 'account',
  'email-change-objected': 'account',
  'second-factor-removed': 'two-step',
  'recovery-codes-made': 'two-step',
  'recovery-code-used': 'two-step',
  'invitation-accepted': 'account',
  'invitation-declined': 'account',
  'session-ended': 'sign-in',
  'sessions-ended': 'sign-in',
  'browser-forgotten': 'two-step',
  'two-step-exemption-ended': 'two-step',
  'organisation-requires-two-step': 'service',
  'organisation-spares-two-step': 'service',
  'application-changed': 'service',
  'application-restored': 'service',
  'permission-changed': 'service',
  'permission-deleted': 'service',
  'batch-invited': 'service',
  'batch-stopped': 'service',
  'access-of-many-changed': 'access',
  'users-exported': 'service',
  'failed-job-retried': 'service',
  'failed-job-discarded': 'service',
  'application-secret-ended': 'service',
  'organisations-imported': 'service',
  'organisation-import-asked': 'service',
  'organisation-parent-added': 'service',
  'organisation-parent-blocked': 'service',
  'organisation-parent-rule-ended': 'service',
  'organisation-closed': 'service',
  'organisations-merged': 'service',
  'environment-exported': 'service',
  'environment-imported': 'service',
  'passwords-reset': 'service',
  'password-reset-forced': 'account',
  'api-token-delivered': 'tokens',
  'application-secret-delivered': 'service',
  'log-months-dropped': 'service',
  'expired-cleared-away': 'service',
  'permissions-pushed': 'access',
  'secrets-sealed-anew': 'service',
  'scheduled-job-started': 'service',
} as const satisfies Record<EventName, EventGroup>

/** Numbers that nothing records any more; rows of old carry them (`reference/event-log.md` 3). */
const formerNumbers: readonly (readonly [number, EventGroup])[] = [
  [26, 'two-step'],
  [28, 'tokens'],
  [43, 'tokens'],
  [44, 'tokens'],
  [48, 'tokens'],
]

const numbered: readonly (readonly [number, EventGroup])[] = [
  ...(Object.keys(groups) as EventName[]).map((name) => [eventKinds[name].number, groups[name]] as const),
  ...formerNumbers,
]

/** Every group, in the order in which lists offer them. */
export const eventGroups = Object.keys(groupNames) as readonly EventGroup[]

export const numbersOf = (group: EventGroup): readonly number[] =>
  numbered.filter(([, its]) => its === group).map(([number]) => number)

/** The number that somebody chose of those that there are; nothing for any other text. */
export const eventNumberOf = (written: string): number | undefined =>
  numbered.find(([number]) => String(number) === written)?.[0]

/** What events are called, group by group, for choosing one. */
export const eventChoices: readonly { readonly value: string; readonly text: string }[] = eventGroups.flatMap(
  (group) =>
    numbersOf(group)
      .map((number) => ({ value: String(number), text: `${groupNames[group]}: ${eventWords(number)}` }))
      .sort((one, other) => one.text.localeCompare(other.text, 'en-GB')),
)
