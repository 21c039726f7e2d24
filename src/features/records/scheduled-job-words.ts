import type { RunNumbers, ScheduledJobName } from '#domain/jobs.ts'
import { day, hour, minute, second } from '#kernel/clock.ts'
import { thousands } from '#kernel/count.ts'

/** What each scheduled job is called, and what it is for. */
export const scheduledJobWords = {
  'make-event-months': {
    name: 'Make room in the log',
    about: 'Prepares the log for the months to come.',
  },
  'count-application-months': {
    name: 'Count sign-ins to applications',
    about: 'Adds up how often each application was signed in to in the months that are over.',
  },
  'purge-expired': {
    name: 'Clear away what is over',
    about: 'Removes sessions, links and counts of attempts that nobody can use any more.',
  },
  'delete-old-events': {
    name: 'Remove what of the log is too old',
    about: 'Removes the months of the log whose last event is two years old.',
  },
  'import-organisations': {
    name: 'Import organisations',
    about: 'Reads all organisations from GOV.UK.',
  },
  'suspend-inactive': {
    name: 'Suspend unused accounts',
    about: 'Suspends everybody who has not signed in for 45 days.',
  },
  'delete-never-signed-in': {
    name: 'Delete accounts that were never used',
    about:
      'Deletes everybody who was invited more than 90 days ago and never signed in, and warns those who invited others.',
  },
  'send-suspension-reminders': {
    name: 'Send suspension reminders',
    about: 'Reminds everybody who is about to be suspended as unused.',
  },
  'end-exemptions': {
    name: 'End exemptions from 2-step verification',
    about: 'Ends exemptions on their day, and tells people of those that end soon.',
  },
  'warn-of-expiring-tokens': {
    name: 'Warn of expiring API tokens',
    about: 'Tells the owners of API tokens that these expire soon.',
  },
  'renew-internal-tokens': {
    name: 'Renew API tokens',
    about: 'Renews API tokens of our own teams that expire soon.',
  },
  'sync-app-secrets': {
    name: 'Deliver client secrets',
    about: 'Writes the client secrets of applications into the cluster.',
  },
  'sync-token-secrets': {
    name: 'Deliver API tokens',
    about: 'Writes API tokens into the cluster.',
  },
} as const satisfies Record<ScheduledJobName, { readonly name: string; readonly about: string }>

/** `3 suspended, 1 failed`; what there was none of is left out. */
export const numbersInWords = (did: RunNumbers): string => {
  const all = Object.entries(did)
  if (all.length === 0) return 'Not counted'
  const words = all
    .filter(([, count]) => count !== 0)
    .map(([what, count]) => `${thousands(count)} ${spaced(what)}`)
  return words.join(', ') || 'Nothing to do'
}

/** `passedOver` and `passed_over` → `passed over`. */
const spaced = (name: string): string => name.replaceAll(/_|(?=[A-Z])/g, ' ').toLowerCase()

const units = [
  [day, 'day'],
  [hour, 'hour'],
  [minute, 'minute'],
  [second, 'second'],
] as const

/** `less than a second`, `3 seconds`, `2 minutes`: rounded down to the largest unit. */
export const durationInWords = (milliseconds: number): string => {
  const [length, unit] = units.find(([one]) => milliseconds >= one) ?? []
  if (length === undefined) return 'less than a second'
  const count = Math.floor(milliseconds / length)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
