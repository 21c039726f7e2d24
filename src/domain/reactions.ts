import type { BatchId } from './batch.ts'
import type { EventName, SignonEvent } from './events.ts'
import type { Job } from './jobs.ts'
import type { MailName } from './mails.ts'
import type { UserId, UserUid } from './user.ts'

type Reaction = (event: SignonEvent) => readonly Job[]

const nothing: Reaction = () => []

/** Tells every application of the person, and the one concerned, how the person stands now. */
const update: Reaction = ({ about, application }) =>
  about
    ? [
        {
          name: 'announce-user',
          payload: {
            user: about.id,
            update: true,
            reauthenticate: false,
            ...(application && { application }),
          },
        },
      ]
    : []

/** Asks every application of the person to make them authenticate again. */
const reauthenticate: Reaction = ({ about }) =>
  about ? [{ name: 'announce-user', payload: { user: about.id, update: false, reauthenticate: true } }] : []

const updateAndReauthenticate: Reaction = ({ about }) =>
  about ? [{ name: 'announce-user', payload: { user: about.id, update: true, reauthenticate: true } }] : []

const mail =
  (name: MailName): Reaction =>
  ({ about, mailAt }) =>
    about
      ? [{ name: 'send-mail', payload: { mail: name, user: about.id }, ...(mailAt && { notBefore: mailAt }) }]
      : []

/** The same mail to the address that the account had before. */
const mailToPrevious =
  (name: MailName): Reaction =>
  ({ about, previousEmail }) =>
    about && previousEmail !== undefined
      ? [{ name: 'send-mail', payload: { mail: name, user: about.id, to: previousEmail } }]
      : []

/** Only of what is told by itself: recovery codes that come with the first device are told of with that. */
const mailTwoStepChange: Reaction = ({ about, twoStepChange }) =>
  about && twoStepChange
    ? [{ name: 'send-mail', payload: { mail: 'two-step-changed', user: about.id, twoStepChange } }]
    : []

const inviteBatch: Reaction = ({ batch }) =>
  batch === undefined ? [] : [{ name: 'invite-batch', payload: { batch } }]

const all =
  (...several: readonly Reaction[]): Reaction =>
  (event) =>
    several.flatMap((one) => one(event))

/** What follows from each event. An event without a row does not compile. */
const reactions = {
  'account-locked': mail('account-locked'),
  'account-suspended': all(updateAndReauthenticate, mail('account-suspended')),
  'account-unsuspended': all(updateAndReauthenticate, mail('account-unsuspended')),
  'account-suspended-as-unused': all(updateAndReauthenticate, mail('account-suspended-as-unused')),
  'account-unlocked': nothing,
  'password-reset-requested': mail('password-reset'),
  'password-reset-opened': nothing,
  'password-reset-failed': nothing,
  'password-changed': all(reauthenticate, mail('password-changed')),
  'signed-in': nothing,
  'sign-in-failed': nothing,
  'suspended-sign-in': nothing,
  'password-change-failed': nothing,
  'email-changed': all(update, mail('email-changed'), mailToPrevious('email-changed')),
  'email-change-begun': all(mail('email-changing'), mail('email-confirmation')),
  'email-change-confirmed': all(update, mail('email-changed'), mailToPrevious('email-changed')),
  'two-step-enabled': mail('two-step-set-up'),
  'two-step-reset': all(reauthenticate, mail('two-step-reset')),
  'two-step-setup-failed': nothing,
  'two-step-passed': nothing,
  'two-step-failed': nothing,
  'two-step-locked': mail('account-locked'),
  'two-step-device-changed': mailTwoStepChange,
  'two-step-change-failed': nothing,
  'account-created': nothing,
  'api-token-created': nothing,
  'api-token-revoked': nothing,
  'password-reset-expired': nothing,
  'password-reset': all(reauthenticate, mail('password-changed')),
  'role-changed': all(update, mail('role-changed')),
  'account-updated': update,
  'permissions-added': update,
  'permissions-removed': update,
  'account-invited': mail('invitation'),
  'unknown-sign-in': nothing,
  'two-step-exempted': mail('two-step-exempted'),
  'two-step-exemption-updated': nothing,
  'two-step-exemption-removed': nothing,
  'two-step-required': mail('two-step-required'),
  'account-deleted': nothing,
  'organisation-changed': update,
  'application-authorised': nothing,
  'api-token-renewed': nothing,
  'signed-out': reauthenticate,
  'sign-in-refused-by-application': nothing,
  'authorization-ended': nothing,
  'authorization-revoked': nothing,
  'application-created': nothing,
  'application-retired': nothing,
  'application-secret-rotated': nothing,
  'application-addresses-changed': nothing,
  'permission-created': nothing,
  'password-set': all(reauthenticate, mail('password-changed')),
  'email-change-cancelled': nothing,
  'email-change-objected': reauthenticate,
  'second-factor-removed': mailTwoStepChange,
  'recovery-codes-made': mailTwoStepChange,
  'recovery-code-used': mailTwoStepChange,
  'invitation-accepted': nothing,
  'invitation-declined': nothing,
  'session-ended': reauthenticate,
  'sessions-ended': reauthenticate,
  'browser-forgotten': nothing,
  'two-step-exemption-ended': mail('exemption-ended'),
  'organisation-requires-two-step': nothing,
  'organisation-spares-two-step': nothing,
  'application-changed': nothing,
  'application-restored': nothing,
  'permission-changed': nothing,
  'permission-deleted': nothing,
  'batch-invited': inviteBatch,
  'batch-stopped': nothing,
  'access-of-many-changed': nothing,
  'users-exported': nothing,
  'failed-job-retried': nothing,
  'failed-job-discarded': nothing,
  'application-secret-ended': nothing,
  'organisations-imported': nothing,
  'organisation-import-asked': nothing,
  'organisation-parent-added': nothing,
  'organisation-parent-blocked': nothing,
  'organisation-parent-rule-ended': nothing,
  'organisation-closed': nothing,
  'organisations-merged': nothing,
  'environment-exported': nothing,
  'environment-imported': nothing,
  'passwords-reset': nothing,
  'password-reset-forced': all(reauthenticate, mail('password-reset-forced')),
  'api-token-delivered': nothing,
  'application-secret-delivered': nothing,
  'log-months-dropped': nothing,
  'expired-cleared-away': nothing,
  'permissions-pushed': nothing,
  'secrets-sealed-anew': nothing,
  'scheduled-job-started': nothing,
} as const satisfies Record<EventName, Reaction>

const anyTwoStepChange = { change: 'recovery codes made' } as const

/** Names of the jobs that follow from every event of this name, for documentation. */
export const jobsAfter = (name: EventName): readonly string[] => {
  const someone = { id: 0 as UserId, uid: '' as UserUid }
  const event = { name, about: someone, batch: 0 as BatchId, twoStepChange: anyTwoStepChange }
  return [...new Set(reactions[name](event).map((job) => job.name))]
}

/** Names of the mails that follow from every event of this name, for documentation. */
export const mailsAfter = (name: EventName): readonly MailName[] => {
  const someone = { id: 0 as UserId, uid: '' as UserUid }
  const event = { name, about: someone, previousEmail: '', twoStepChange: anyTwoStepChange }
  const jobs = reactions[name](event)
  return [...new Set(jobs.flatMap((job) => (job.name === 'send-mail' ? [job.payload.mail] : [])))]
}

/** The jobs that follow from an event; none for most. */
export const reactionsTo = (event: SignonEvent): readonly Job[] => reactions[event.name](event)
