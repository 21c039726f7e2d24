import type { ScheduledJobName } from '#domain/jobs.ts'

interface Question {
  readonly title: string
  readonly consequence: string
}

/** What is asked before somebody runs a job that takes away what people have or what is known. */
export const runConfirmations: Readonly<Partial<Record<ScheduledJobName, Question>>> = {
  'suspend-inactive': {
    title: 'Suspend unused accounts now?',
    consequence:
      'Everybody who has not signed in for 45 days will be suspended, and will get an email that says so. They will not be able to sign in until somebody unsuspends them.',
  },
  'delete-never-signed-in': {
    title: 'Delete accounts that were never used?',
    consequence:
      'Everybody who was invited more than 90 days ago and never signed in will be deleted, and cannot be brought back. Whoever invited somebody whose account is soon to be deleted will get an email.',
  },
  'delete-old-events': {
    title: 'Remove the oldest part of the log?',
    consequence:
      'The months of the log whose last event is two years old will be removed, and cannot be brought back.',
  },
}
