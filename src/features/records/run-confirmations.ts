import type { ScheduledJobName } from '#domain/jobs.ts'
import type { Confirmation } from '#web/confirmation.ts'

const asked = { button: 'Run now', isWarning: true } as const

/** What is asked before somebody runs a job that takes away what people have or what is known. */
export const runConfirmations: Readonly<Partial<Record<ScheduledJobName, Confirmation>>> = {
  'suspend-inactive': {
    ...asked,
    title: 'Suspend unused accounts now?',
    paragraphs: [
      'Everybody who has not signed in for 45 days will be suspended, and will get an email that says so. They will not be able to sign in until somebody unsuspends them.',
    ],
  },
  'delete-never-signed-in': {
    ...asked,
    title: 'Delete accounts that were never used?',
    paragraphs: [
      'Everybody who was invited more than 90 days ago and never signed in will be deleted, and cannot be brought back. Whoever invited somebody whose account is soon to be deleted will get an email.',
    ],
  },
  'delete-old-events': {
    ...asked,
    title: 'Remove the oldest part of the log?',
    paragraphs: [
      'The months of the log whose last event is two years old will be removed, and cannot be brought back.',
    ],
  },
}
