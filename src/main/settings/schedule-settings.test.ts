import { deepEqual, equal, throws } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseCronItem } from 'graphile-worker'
import { schedule, scheduleIn } from '#domain/jobs.ts'
import { type Times, timesOf } from '#domain/times.ts'
import { scheduleChangesOf } from './schedule-settings.ts'

describe('the schedule', () => {
  it('is the usual one unless it is changed', () => {
    deepEqual(scheduleIn('production', scheduleChangesOf('')), schedule)
  })

  it('moves a job, and stops one', () => {
    const changes = scheduleChangesOf(' suspend-inactive = 11 11 * * * ; end-exemptions=off; ')
    deepEqual(changes, { 'suspend-inactive': '11 11 * * *', 'end-exemptions': 'off' })
    const { 'end-exemptions': stopped, ...others } = schedule
    equal(stopped, '5 0,6 * * *')
    deepEqual(scheduleIn('production', changes), { ...others, 'suspend-inactive': '11 11 * * *' })
  })

  it('starts in staging what usually rests there', () => {
    equal(scheduleIn('staging')['suspend-inactive'], undefined)
    equal(scheduleIn('staging', { 'suspend-inactive': '1 2 * * *' })['suspend-inactive'], '1 2 * * *')
  })

  it('has times of its own in integration', () => {
    const { 'suspend-inactive': suspend, 'send-suspension-reminders': remind } = scheduleIn('integration')
    deepEqual([suspend, remind], ['27 11 * * *', '57 11 * * *'])
    deepEqual(Object.keys(scheduleIn('integration')), Object.keys(schedule))
  })

  it('gives only times that can be read', () => {
    for (const environment of ['production', 'staging', 'integration', 'development', 'test'])
      for (const [name, times] of Object.entries(scheduleIn(environment)))
        equal(timesOf(times) !== undefined, true, `${environment} ${name} ${times}`)
  })

  it('is refused with all its faults at once', () => {
    throws(
      () =>
        scheduleChangesOf(
          'suspend-inactiv=off;end-exemptions=off;end-exemptions=1 2 * * *;purge-expired=61 * * * *;nonsense;suspend-inactive=a=b',
        ),
      ({ message }: Error) => {
        for (const fault of [
          /^names a job that there is not: use make-event-months, /,
          /; it names end-exemptions twice/,
          /; it gives purge-expired times that are neither five fields, such as 27 11 \* \* \*, nor off/,
          /; it holds something that is not NAME=TIMES/,
        ])
          equal(fault.test(message), true, `${fault}`)
        return !message.includes('61') && !message.includes('nonsense')
      },
    )
  })
})

/** Where both are limited, either will do. */
const isDay = ({ days, weekdays }: Times, date: number, dow: number): boolean =>
  days.length < 31 && weekdays.length < 7
    ? days.includes(date) || weekdays.includes(dow)
    : days.includes(date) && weekdays.includes(dow)

describe('times', () => {
  for (const text of [
    '27 4 * * *',
    '0 0 1 1 0',
    '59 23 31 12 6',
    '*/15 0,6-8 1,15 * 1-5',
    '* * * * *',
    '5 0,6 * * *',
  ])
    it(`“${text}” mean the same to the queue`, () => {
      const times = timesOf(text)
      const { match } = parseCronItem({ task: 'any', match: text })
      for (const [min, hour, date, month, dow] of [
        [0, 0, 1, 1, 0],
        [27, 4, 15, 6, 1],
        [15, 7, 15, 6, 1],
        [45, 6, 1, 6, 5],
        [5, 6, 15, 6, 6],
        [59, 23, 31, 12, 6],
      ] as const)
        equal(
          times?.minutes.includes(min) &&
            times.hours.includes(hour) &&
            times.months.includes(month) &&
            isDay(times, date, dow),
          match({ min, hour, date, month, dow }),
          `${hour}:${min} on ${date}/${month}`,
        )
    })
})
