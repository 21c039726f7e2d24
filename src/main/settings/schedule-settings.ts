import {
  type ScheduleChanges,
  type ScheduledJobName,
  scheduledJobNamed,
  scheduledJobNames,
} from '#domain/jobs.ts'
import { timesOf } from '#domain/times.ts'
import { setting } from './setting.ts'

/** What the calendar does otherwise here. */
export const scheduleSettings = {
  scheduleChanges: setting({
    about:
      'When scheduled jobs run, where the usual times do not suit: `NAME=TIMES` separated by semicolons, such as `suspend-inactive=27 11 * * *;end-exemptions=off`. Times are minute, hour, day, month and weekday in UTC; `off` means never. The same for web, which shows them, and for every worker. `bin/signon jobs list` tells names and times.',
    otherwise: 'the usual times of the environment',
    parse: (text) => scheduleChangesOf(text ?? ''),
  }),
}

/** Throws an `Error` that lists every fault. */
export const scheduleChangesOf = (text: string): ScheduleChanges => {
  const changes = new Map<ScheduledJobName, string>()
  const faults: string[] = []
  for (const entry of text.split(';').map((one) => one.trim())) {
    if (entry === '') continue
    const [name = '', times] = entry.split('=', 2).map((part) => part.trim())
    const job = scheduledJobNamed(name)
    if (times === undefined || entry.split('=').length > 2)
      faults.push('holds something that is not NAME=TIMES')
    else if (job === undefined)
      faults.push(`names a job that there is not: use ${scheduledJobNames.join(', ')}`)
    else if (changes.has(job)) faults.push(`names ${job} twice`)
    else if (times !== 'off' && timesOf(times) === undefined)
      faults.push(`gives ${job} times that are neither five fields, such as 27 11 * * *, nor off`)
    else changes.set(job, times)
  }
  if (faults.length > 0) throw new Error([...new Set(faults)].join('; it '))
  return Object.fromEntries(changes)
}
