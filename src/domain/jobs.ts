import type { ApplicationId } from './application.ts'
import type { MailOrder } from './mails.ts'
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
}

/** With the queue's pauses (e, e², … e¹⁰ seconds, and e¹⁰ from then on) these last 28 hours. */
const pushAttempts = 14

/** With the same pauses, two days and a half. */
const mailAttempts = 20

export const jobTerms = {
  'announce-user': { attempts: 25 },
  'push-user-update': { attempts: pushAttempts, key: keyOf('push-user-update') },
  'push-reauthentication': { attempts: pushAttempts, key: keyOf('push-reauthentication') },
  'send-mail': { attempts: mailAttempts },
} as const satisfies Record<JobName, Terms>

function keyOf(name: 'push-user-update' | 'push-reauthentication') {
  return ({ user, application }: Jobs['push-user-update']): string => `${name}:${user}:${application}`
}

/** Jobs that the calendar starts, and when: minute, hour, day, month and weekday, in UTC. They are given nothing. */
export const schedule = {
  /** Makes the log's partitions for the months to come. */
  'make-event-months': '20 2 * * *',
  /** Removes sessions, authorizations and counts of attempts that nobody can use any more. */
  'purge-expired': '40 * * * *',
} as const satisfies Record<string, string>

export type ScheduledJobName = keyof typeof schedule
