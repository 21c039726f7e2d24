import type { AccessChangeId } from './access-of-many.ts'
import type { ApplicationId } from './application.ts'
import type { BatchId } from './batch.ts'
import type { MailOrder } from './mails.ts'
import type { OrganisationId } from './organisation.ts'
import type { UserId } from './user.ts'

/** Every job, by name, with what it is given. A payload never holds a secret. */
export interface Jobs {
  /** Finds the applications that must hear of a change, and queues one push for each. */
  'announce-user': {
    readonly user: UserId
    /** Send them what they may know of the person now. */
    readonly update: boolean
    /** Ask them to make the person authenticate again. */
    readonly reauthenticate: boolean
    /** Tell this application even if the person has nothing to do with it any more. */
    readonly application?: ApplicationId
  }
  /** Sends one application what it may know of one person now. */
  'push-user-update': { readonly user: UserId; readonly application: ApplicationId }
  /** Asks one application to make one person authenticate again. */
  'push-reauthentication': { readonly user: UserId; readonly application: ApplicationId }
  /** Writes one mail to a person, with what holds when it is sent, and sends it. A link in it is made only then. */
  'send-mail': MailOrder
  /** Invites the next people of a batch, and queues itself for those after them. */
  'invite-batch': { readonly batch: BatchId }
  /** Gives or takes one application's permissions, user after user, as it was prepared. */
  'change-access-of-many': { readonly change: AccessChangeId }
  /** Tells some hundred members of an organisation, those with ids above `after`, that it requires 2-step verification. */
  'tell-organisation': {
    readonly organisation: OrganisationId
    /** When that was required, in ISO 8601. A requirement that was lifted meanwhile is nothing to tell of. */
    readonly requiredAt: string
    readonly after: UserId
  }
}

export type JobName = keyof Jobs

export type Job = {
  readonly [Name in JobName]: { readonly name: Name; readonly payload: Jobs[Name] }
}[JobName]

/** How a job waits and is tried again. */
interface Terms {
  /** Attempts in all, with growing pauses between them. */
  readonly attempts: number
  /** Jobs of one key wait once: a second one replaces the first. */
  readonly key?: (payload: never) => string
  /** Jobs of one lane are done one after another, so that they take up few of the workers' hands. */
  readonly lane?: (payload: never) => string
}

/** With the queue's pauses (e, e², … e¹⁰ seconds, and e¹⁰ from then on) these last 28 hours. */
const pushAttempts = 14

/** With the same pauses, two days and a half. */
const mailAttempts = 20

/** Mails sent at a time: when the service that takes them hangs, everything but mail goes on. */
const mailLanes = 4

export const jobTerms = {
  'announce-user': { attempts: 25 },
  'push-user-update': { attempts: pushAttempts, key: keyOf('push-user-update') },
  'push-reauthentication': { attempts: pushAttempts, key: keyOf('push-reauthentication') },
  'change-access-of-many': { attempts: 25 },
  'invite-batch': {
    attempts: 25,
    key: ({ batch }: Jobs['invite-batch']) => `invite-batch:${batch}`,
    lane: () => 'invite-batch',
  },
  'tell-organisation': { attempts: 25 },
  'send-mail': { attempts: mailAttempts, lane: ({ user }: MailOrder) => `mail-${user % mailLanes}` },
} as const satisfies Record<JobName, Terms>

function keyOf(name: 'push-user-update' | 'push-reauthentication') {
  return ({ user, application }: Jobs['push-user-update']): string => `${name}:${user}:${application}`
}

/** Jobs that the calendar starts, and when: minute, hour, day, month and weekday, in UTC. They are given nothing. */
export const schedule = {
  /** Makes the log's partitions for the months to come. */
  'make-event-months': '20 2 * * *',
  /** Counts sign-ins to applications in the months that are over. */
  'count-application-months': '50 2 * * *',
  /** Removes sessions, authorizations and counts of attempts that nobody can use any more. */
  'purge-expired': '40 * * * *',
  /** Suspends whoever has not signed in for 45 days. */
  'suspend-inactive': '27 4 * * *',
  /** Deletes whoever was invited more than 90 days ago and never signed in, and warns those who invited others. */
  'delete-never-signed-in': '27 5 * * *',
  /** Reminds whoever is about to be suspended as unused; after the suspensions of that day. */
  'send-suspension-reminders': '57 6 * * *',
  /** Ends exemptions from 2-step verification on their day, which in summer begins at 23:00, and tells of those that will. */
  'end-exemptions': '5 0,6 * * *',
  /** Tells the owners of API tokens that these expire soon. */
  'warn-of-expiring-tokens': '35 7 * * *',
} as const satisfies Record<string, string>

export type ScheduledJobName = keyof typeof schedule

const notInStaging: readonly string[] = [
  'suspend-inactive',
  'delete-never-signed-in',
  'send-suspension-reminders',
  'end-exemptions',
  'warn-of-expiring-tokens',
] satisfies readonly ScheduledJobName[]

/**
 * The calendar of one environment. Staging’s people are a copy of production’s, made every morning: nobody signs in to
 * it often enough, and what becomes of them is decided in production.
 */
export const scheduleIn = (environment: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(schedule).filter(([name]) => environment !== 'staging' || !notInStaging.includes(name)),
  )
