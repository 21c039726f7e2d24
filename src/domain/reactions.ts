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
  ({ about }) =>
    about ? [{ name: 'send-mail', payload: { mail: name, user: about.id } }] : []

/** The same mail to the address that the account had before. */
const mailToPrevious =
  (name: MailName): Reaction =>
  ({ about, previousEmail }) =>
    about && previousEmail !== undefined
      ? [{ name: 'send-mail', payload: { mail: name, user: about.id, to: previousEmail } }]
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
  'password-changed': mail('password-changed'),
  'signed-in': nothing,
  'sign-in-failed': nothing,
  'suspended-sign-in': nothing,
  'password-change-failed': nothing,
  'email-changed': all(update, mail('email-changed'), mailToPrevious('email-changed')),
  'email-change-begun': all(mail('email-changing'), mail('email-confirmation')),
  'email-change-confirmed': all(update, mail('email-changed'), mailToPrevious('email-changed')),
  'two-step-enabled': mail('two-step-set-up'),
  'two-step-reset': mail('two-step-reset'),
  'two-step-setup-failed': nothing,
  'two-step-passed': nothing,
  'two-step-failed': nothing,
  'two-step-locked': mail('account-locked'),
  'two-step-device-changed': mail('two-step-changed'),
  'two-step-change-failed': nothing,
  'account-created': nothing,
  'api-token-created': nothing,
  'api-token-revoked': nothing,
  'password-reset-expired': nothing,
  'password-reset': mail('password-changed'),
  'role-changed': all(update, mail('role-changed')),
  'account-updated': update,
  'permissions-added': update,
  'permissions-removed': update,
  'account-invited': mail('invitation'),
  'unknown-sign-in': nothing,
  'two-step-exempted': nothing,
  'two-step-exemption-updated': nothing,
  'two-step-exemption-removed': nothing,
  'two-step-required': mail('two-step-required'),
  'account-deleted': nothing,
  'organisation-changed': update,
  'application-authorised': nothing,
  'signed-out': reauthenticate,
  'sign-in-refused-by-application': nothing,
  'authorization-ended': nothing,
  'authorization-revoked': nothing,
  'application-created': nothing,
  'application-retired': nothing,
  'application-secret-rotated': nothing,
  'application-addresses-changed': nothing,
  'permission-created': nothing,
  'password-set': mail('password-changed'),
  'email-change-cancelled': nothing,
  'email-change-objected': reauthenticate,
  'second-factor-removed': mail('two-step-changed'),
  'recovery-codes-made': nothing,
  'recovery-code-used': mail('two-step-changed'),
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
  'access-of-many-changed': nothing,
  'users-exported': nothing,
  'failed-job-retried': nothing,
  'failed-job-discarded': nothing,
  'application-secret-ended': nothing,
} as const satisfies Record<EventName, Reaction>

/** Names of the jobs that follow from every event of this name, for documentation. */
export const jobsAfter = (name: EventName): readonly string[] => {
  const someone = { id: 0 as UserId, uid: '' as UserUid }
  return [...new Set(reactions[name]({ name, about: someone, batch: 0 as BatchId }).map((job) => job.name))]
}

/** Names of the mails that follow from every event of this name, for documentation. */
export const mailsAfter = (name: EventName): readonly MailName[] => {
  const someone = { id: 0 as UserId, uid: '' as UserUid }
  const jobs = reactions[name]({ name, about: someone, previousEmail: '' })
  return [...new Set(jobs.flatMap((job) => (job.name === 'send-mail' ? [job.payload.mail] : [])))]
}

/** The jobs that follow from an event; none for most. */
export const reactionsTo = (event: SignonEvent): readonly Job[] => reactions[event.name](event)
