import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  neverSignedInBefore,
  neverSignedInNote,
  reminderBefore,
  reminderDue,
  signInBy,
  unusedBefore,
  unusedReason,
  warningBefore,
  warningOf,
} from './dormancy.ts'

const utc = (text: string): Date => new Date(text)
const today = '2026-11-16'
/** An instant so many days before that day, at this time of day. */
const ago = (days: number, time = '12:00:00.000'): Date => {
  const date = utc(`${today}T${time}Z`)
  date.setUTCDate(date.getUTCDate() - days)
  return date
}
const now = utc(`${today}T04:27:00Z`)

describe('an account that nobody uses', () => {
  const isUnused = (lastSignedInAt: Date, unsuspendedAt: Date | null = null, at = now): boolean => {
    const before = unusedBefore(at)
    return lastSignedInAt < before.signedIn && (unsuspendedAt === null || unsuspendedAt < before.unsuspended)
  }

  // reference/accounts-and-sign-in.md 10.1
  for (const [days, isIt] of [
    [44, false],
    [45, false],
    [46, true],
    [400, true],
  ] as const)
    it(`${isIt ? 'is' : 'is not'} to be suspended when its last sign-in was ${days} days ago`, () =>
      equal(isUnused(ago(days)), isIt))

  it('is left alone on the 7 days after a suspension was lifted, and not on the next', () => {
    const long = ago(300)
    deepEqual(
      [2, 7, 8].map((days) => isUnused(long, ago(days))),
      [false, false, true],
    )
    equal(isUnused(ago(46), ago(100)), true)
  })

  it('counts dates in UTC, whatever the hour', () => {
    for (const time of ['00:00:00Z', '23:59:59.999Z']) {
      const at = utc(`${today}T${time}`)
      equal(isUnused(ago(45, '00:00:00.000'), null, at), false)
      equal(isUnused(ago(46, '23:59:59.999'), null, at), true)
    }
  })

  it('counts the 29th of February, and days on which clocks change, as one day each', () => {
    equal(isUnused(utc('2028-02-29T23:00:00Z'), null, utc('2028-04-14T00:00:00Z')), false)
    equal(isUnused(utc('2028-02-29T23:00:00Z'), null, utc('2028-04-15T00:00:00Z')), true)
    equal(isUnused(utc('2028-01-15T12:00:00Z'), null, utc('2028-02-29T23:59:59Z')), false)
    equal(isUnused(utc('2028-01-15T12:00:00Z'), null, utc('2028-03-01T00:00:00Z')), true)
    // Clocks went forward on 29 March, and back on 25 October 2026.
    equal(isUnused(utc('2026-03-28T23:59:59Z'), null, utc('2026-05-12T23:59:59Z')), false)
    equal(isUnused(utc('2026-03-28T23:59:59Z'), null, utc('2026-05-13T00:00:00Z')), true)
    equal(isUnused(utc('2026-10-24T23:30:00Z'), null, utc('2026-12-08T23:59:59Z')), false)
    equal(isUnused(utc('2026-10-24T23:30:00Z'), null, utc('2026-12-09T00:00:00Z')), true)
  })

  it('is suspended with a reason that names the date 46 days ago', () => {
    equal(unusedReason(now), 'User has not logged in for 45 days since 01 October 2026')
  })

  it('can be kept by a sign-in until the day before, which administrators can see', () => {
    const by = (
      lastSignedInAt: Date | null,
      unsuspendedAt: Date | null = null,
      suspendedAt: Date | null = null,
    ) => signInBy({ lastSignedInAt, unsuspendedAt, suspendedAt })?.toISOString()
    equal(by(ago(0)), '2026-12-31T00:00:00.000Z')
    equal(by(ago(300), ago(0)), '2026-11-23T00:00:00.000Z')
    equal(by(ago(10), ago(0)), '2026-12-21T00:00:00.000Z')
    deepEqual([by(null), by(null, ago(0)), by(ago(0), null, ago(0))], [undefined, undefined, undefined])
  })
})

describe('a reminder', () => {
  const due = (days: number, unsuspended: number | null = null, at = now) => {
    const notice = reminderDue(
      { lastSignedInAt: ago(days), unsuspendedAt: unsuspended === null ? null : ago(unsuspended) },
      at,
    )
    return notice && [notice.kind, notice.days]
  }

  // reference/accounts-and-sign-in.md 10.2
  for (const [days, left] of [
    [32, 14],
    [39, 7],
    [43, 3],
    [45, 1],
    [47, 1],
    [300, 1],
  ] as const)
    it(`of ${left} ${left === 1 ? 'day' : 'days'} is due ${days} days after the last sign-in`, () =>
      deepEqual(due(days), [`suspension-reminder-${left}`, left]))

  it('is not due before, nor without any sign-in', () => {
    deepEqual([due(0), due(31)], [undefined, undefined])
    equal(reminderDue({ lastSignedInAt: null, unsuspendedAt: ago(1) }, now), undefined)
  })

  it('that was missed is the same on the days after, and says how many are left by then', () => {
    deepEqual(due(33), ['suspension-reminder-14', 13])
    deepEqual(due(38), ['suspension-reminder-14', 8])
    deepEqual(due(44), ['suspension-reminder-3', 2])
  })

  it('counts from the end of a suspension where that gives more time', () => {
    deepEqual(
      [0, 1, 4, 5, 7].map((days) => due(300, days)),
      [
        undefined,
        ['suspension-reminder-7', 7],
        ['suspension-reminder-7', 4],
        ['suspension-reminder-3', 3],
        ['suspension-reminder-1', 1],
      ],
    )
    const [lastSignedInAt, unsuspendedAt] = [ago(300), ago(1)]
    deepEqual(reminderDue({ lastSignedInAt, unsuspendedAt }, now)?.countsFrom, unsuspendedAt)
    deepEqual(reminderDue({ lastSignedInAt: ago(39), unsuspendedAt }, now)?.countsFrom, ago(39))
  })

  it('changes at midnight UTC', () => {
    deepEqual(due(38, null, utc(`${today}T23:59:59.999Z`)), ['suspension-reminder-14', 8])
    deepEqual(due(38, null, utc('2026-11-17T00:00:00Z')), ['suspension-reminder-7', 7])
  })

  it('is due to nobody who is not looked for', () => {
    for (let days = 0; days < 60; days += 1)
      for (const time of ['00:00:00.000', '23:59:59.999']) {
        const lastSignedInAt = ago(days, time)
        const isDue = reminderDue({ lastSignedInAt, unsuspendedAt: null }, now) !== undefined
        equal(lastSignedInAt < reminderBefore(now), isDue, String(days))
      }
  })
})

describe('an account that was never signed in to', () => {
  it('is deleted on the day after 90 days, and its inviter warned 7 days before', () => {
    deepEqual(
      [90, 91].map((days) => ago(days, '23:59:59.999') < neverSignedInBefore(now)),
      [false, true],
    )
    deepEqual(
      [83, 84].map((days) => ago(days, '23:59:59.999') < warningBefore(now)),
      [false, true],
    )
    deepEqual(
      [84, 85, 90, 91].map((days) => warningOf(ago(days), now).days),
      [7, 6, 1, 1],
    )
  })

  it('leaves a note that names its date', () => {
    equal(
      neverSignedInNote('ben@example.gov.uk', utc('2026-03-04T23:30:00Z')),
      'ben@example.gov.uk was invited on 04 March 2026 and never signed in',
    )
  })
})
