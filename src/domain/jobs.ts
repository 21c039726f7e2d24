import type { AccessChangeId } from './access-of-many.ts'
import type { ApplicationId } from './application.ts'
import type { BatchId } from './batch.ts'
import type { MailOrder } from './mails.ts'
import type { MassResetId } from './mass-reset.ts'
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
    /** Tell no application but this one. */
    readonly only?: ApplicationId
    /** One of many, or nothing has changed: everything else goes before it. */
    readonly isPatient?: true
  }
  /** Sends one application what it may know of one person now. */
  'push-user-update': {
    readonly user: UserId
    readonly application: ApplicationId
    /** The person loses something: it goes before all that wait and are not urgent. */
    readonly isUrgent?: true
    /** What failed may be saved after something newer: this goes later, beside what waits, so neither moves the other. */
    readonly isAgain?: true
  }
  /** Asks one application to make one person authenticate again. */
  'push-reauthentication': { readonly user: UserId; readonly application: ApplicationId }
  /** Writes one mail to a person, with what holds when it is sent, and sends it. A link in it is made only then. */
  'send-mail': MailOrder
  /** Invites the next people of a batch, and queues itself for those after them. */
  'invite-batch': { readonly batch: BatchId }
  /** Gives or takes one application's permissions, user after user, as it was prepared. */
  'change-access-of-many': { readonly change: AccessChangeId }
  /** Takes away one password after another, as it was prepared. */
  'reset-passwords-of-many': { readonly reset: MassResetId }
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
  readonly [Name in JobName]: {
    readonly name: Name
    readonly payload: Jobs[Name]
    /** It waits until then, at least. */
    readonly notBefore?: Date
  }
}[JobName]

/** How a job waits and is tried again. */
interface Terms {
  /** Attempts in all, with growing pauses between them. */
  readonly attempts: number
  /** Jobs of one key wait once: a second one replaces the first. */
  readonly key?: (payload: never) => string
  /** Jobs of one lane are done one after another, so that they take up few of the workers' hands. */
  readonly lane?: (payload: never) => string
  /** What is taken first: the smaller goes first, and everything that has none before what has. */
  readonly priority?: (payload: never) => number | null
  /** What a worker tells its jobs apart by when it shares its hands among them. */
  readonly flags?: (payload: never) => readonly string[]
}

/** Every push carries it. */
export const pushFlag = 'push'

// Whoever lost access must be told of before a thousand others whose organisation was renamed.
const urgentPush = 1
const push = 2
const patient = 3

/** With the queue's pauses (e, e², … e¹⁰ seconds, and e¹⁰ from then on) these last 28 hours. */
const pushAttempts = 14

/** With the same pauses, two days and a half. */
const mailAttempts = 20

/** Mails sent at a time: when the service that takes them hangs, everything but mail goes on. */
const mailLanes = 4

export const jobTerms = {
  'announce-user': {
    attempts: 25,
    priority: ({ isPatient }: Jobs['announce-user']): number | null => (isPatient ? patient : null),
  },
  'push-user-update': {
    attempts: pushAttempts,
    key: (payload: Jobs['push-user-update']): string =>
      keyOf(payload.isAgain ? 'push-user-update-again' : 'push-user-update')(payload),
    priority: ({ isUrgent }: Jobs['push-user-update']): number => (isUrgent ? urgentPush : push),
    flags: flagsOfPush,
  },
  'push-reauthentication': {
    attempts: pushAttempts,
    key: keyOf('push-reauthentication'),
    priority: (): number => urgentPush,
    flags: flagsOfPush,
  },
  'change-access-of-many': { attempts: 25 },
  'reset-passwords-of-many': { attempts: 25 },
  'invite-batch': {
    attempts: 25,
    key: ({ batch }: Jobs['invite-batch']) => `invite-batch:${batch}`,
    lane: () => 'invite-batch',
  },
  'tell-organisation': { attempts: 25 },
  'send-mail': { attempts: mailAttempts, lane: ({ user }: MailOrder) => `mail-${user % mailLanes}` },
} as const satisfies Record<JobName, Terms>

function keyOf(name: 'push-user-update' | 'push-user-update-again' | 'push-reauthentication') {
  return ({ user, application }: Jobs['push-user-update']): string => `${name}:${user}:${application}`
}

function flagsOfPush({ application }: Jobs['push-reauthentication']): readonly string[] {
  return [pushFlag, `application-${application}`]
}

/** Jobs that the calendar starts, and when: minute, hour, day, month and weekday, in UTC. They are given nothing. */
export const schedule = {
  /** Makes the log's partitions for the months to come. */
  'make-event-months': '20 2 * * *',
  /** Counts sign-ins to applications in the months that are over. */
  'count-application-months': '50 2 * * *',
  /** Removes sessions, authorizations and counts of attempts that nobody can use any more. */
  'purge-expired': '40 * * * *',
  /** Removes the months of the log that are two years old. */
  'delete-old-events': '17 1 * * *',
  /** Reads all organisations from GOV.UK. */
  'import-organisations': '11 3 * * *',
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
  /** Renews API tokens of our own teams; before they are delivered. */
  'renew-internal-tokens': '0 1 * * *',
  /** Write client secrets and API tokens into the cluster, where there is one. */
  'sync-app-secrets': '8 1 * * *',
  'sync-token-secrets': '9 1 * * *',
} as const satisfies Record<string, string>

export type ScheduledJobName = keyof typeof schedule

const notInStaging: readonly string[] = [
  'import-organisations',
  'suspend-inactive',
  'delete-never-signed-in',
  'send-suspension-reminders',
  'end-exemptions',
  'warn-of-expiring-tokens',
] satisfies readonly ScheduledJobName[]

/** Where an environment has times of its own (`reference/background-and-operations.md` 3). */
const timesOfOwn: Readonly<Record<string, Partial<Record<ScheduledJobName, string>>>> = {
  staging: {
    'sync-app-secrets': '11 1 * * *',
    'sync-token-secrets': '12 1 * * *',
    'delete-old-events': '18 1 * * *',
  },
  integration: {
    'import-organisations': '11 11 * * *',
    'sync-app-secrets': '6 1 * * *',
    'sync-token-secrets': '7 1 * * *',
    'delete-old-events': '16 1 * * *',
    'suspend-inactive': '27 11 * * *',
    'send-suspension-reminders': '57 11 * * *',
  },
}

/** What an operator wants otherwise: a job’s times, or none at all. */
export type ScheduleChanges = Readonly<Partial<Record<ScheduledJobName, string | 'off'>>>

/** What the calendar leaves out where there is no cluster. */
export const withoutCluster: ScheduleChanges = { 'sync-app-secrets': 'off', 'sync-token-secrets': 'off' }

/** The calendar as it holds somewhere: a job that is missing is never started by it. */
export type Schedule = Readonly<Partial<Record<ScheduledJobName, string>>>

/**
 * The calendar of one environment. Staging’s people are a copy of production’s, made every morning: nobody signs in to
 * it often enough, and what becomes of them is decided in production.
 */
export const scheduleIn = (environment: string, changes: ScheduleChanges = {}): Schedule => {
  const usual = Object.entries(schedule).filter(
    ([name]) => environment !== 'staging' || !notInStaging.includes(name),
  )
  const all = { ...Object.fromEntries(usual), ...timesOfOwn[environment], ...changes }
  return Object.fromEntries(Object.entries(all).filter(([, times]) => times !== 'off'))
}

/** How often a job of the calendar is tried. */
export const scheduledAttempts = 5

/** What a run came to, in numbers: `{ suspended: 3 }`. */
export type RunNumbers = Readonly<Record<string, number>>

/** The job of the calendar that is called so; nothing when there is none. */
export const scheduledJobNamed = (name: string): ScheduledJobName | undefined =>
  scheduledJobNames.find((known) => known === name)

/** Every job of the calendar, whether it is started somewhere or not. */
export const scheduledJobNames = Object.keys(schedule) as readonly ScheduledJobName[]
