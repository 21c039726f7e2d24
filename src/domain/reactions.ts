import type { EventName, SignonEvent } from './events.ts'
import type { Job } from './jobs.ts'
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

/** What follows from each event. An event without a row does not compile. */
const reactions = {
  'account-locked': nothing,
  'account-suspended': updateAndReauthenticate,
  'account-unsuspended': updateAndReauthenticate,
  'account-unlocked': nothing,
  'signed-in': nothing,
  'sign-in-failed': nothing,
  'suspended-sign-in': nothing,
  'account-created': nothing,
  'api-token-created': nothing,
  'api-token-revoked': nothing,
  'permissions-added': update,
  'permissions-removed': update,
  'unknown-sign-in': nothing,
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
  'password-set': nothing,
} as const satisfies Record<EventName, Reaction>

/** Names of the jobs that follow from every event of this name, for documentation. */
export const jobsAfter = (name: EventName): readonly string[] => {
  const someone = { id: 0 as UserId, uid: '' as UserUid }
  return [...new Set(reactions[name]({ name, about: someone }).map((job) => job.name))]
}

/** The jobs that follow from an event; none for most. */
export const reactionsTo = (event: SignonEvent): readonly Job[] => reactions[event.name](event)
