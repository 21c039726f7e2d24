import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { after, day, hour, second } from '#kernel/clock.ts'
import {
  daysLeft,
  inDays,
  termFaults,
  tokenState,
  typedDays,
  warningDue,
  warningHorizon,
} from './api-token.ts'

const at = (text: string): Date => new Date(text)
const long = { createdAt: at('2026-01-01T12:00:00Z') }

describe('the days until a token expires', () => {
  it('are those of the calendar in London, through both changes of the clocks', () => {
    // Clocks go forward on 29 March 2026 and back on 25 October 2026.
    equal(daysLeft(at('2026-03-30T00:30:00Z'), at('2026-03-28T23:30:00Z')), 2)
    equal(daysLeft(at('2026-03-29T23:30:00Z'), at('2026-03-28T23:30:00Z')), 2)
    equal(daysLeft(at('2026-03-29T22:30:00Z'), at('2026-03-28T23:30:00Z')), 1)
    equal(daysLeft(at('2026-10-25T23:30:00Z'), at('2026-10-24T22:30:00Z')), 1)
    equal(daysLeft(at('2026-10-25T23:30:00Z'), at('2026-10-24T23:30:00Z')), 0)
    equal(daysLeft(at('2026-12-01T09:00:00Z'), at('2026-10-02T09:00:00Z')), 60)
  })

  it('are said as people say them', () => {
    deepEqual([60, 2, 1, 0].map(inDays), ['in 60 days', 'in 2 days', 'tomorrow', 'today'])
  })
})

describe('the warning that is due', () => {
  const expiresAt = at('2026-11-20T07:00:00Z')
  const due = (now: Date, token = { ...long, expiresAt }) => warningDue(token, now)

  it('is one of five, on its day and until the next', () => {
    const onDay = (text: string) => due(at(`2026-${text}T07:35:00Z`))
    equal(onDay('09-20'), undefined)
    deepEqual(onDay('09-21'), { step: 60, days: 60 })
    deepEqual(onDay('10-20'), { step: 60, days: 31 })
    deepEqual(onDay('10-21'), { step: 30, days: 30 })
    deepEqual(onDay('11-06'), { step: 14, days: 14 })
    deepEqual(onDay('11-13'), { step: 7, days: 7 })
    deepEqual(onDay('11-18'), { step: 7, days: 2 })
    deepEqual(onDay('11-19'), { step: 1, days: 1 })
  })

  it('is given up to the last second, and not from then on', () => {
    deepEqual(due(after(expiresAt, -second)), { step: 1, days: 0 })
    equal(due(expiresAt), undefined)
  })

  it('is the same at every hour of a day, in summer and in winter', () => {
    for (const midnight of ['2026-10-20T23:00:00Z', '2026-09-20T23:00:00Z']) {
      const steps = [0, 7, 23.9].map((hours) => due(after(at(midnight), hours * hour))?.step)
      equal(new Set(steps).size, 1, midnight)
    }
  })

  it('is none of those that lay behind the token when it was made', () => {
    const short = {
      createdAt: at('2026-11-06T09:00:00Z'),
      expiresAt: after(at('2026-11-06T09:00:00Z'), 14 * day),
    }
    equal(due(short.createdAt, short), undefined)
    equal(due(after(short.createdAt, 6 * day), short), undefined)
    deepEqual(due(after(short.createdAt, 7 * day), short), { step: 7, days: 7 })
  })

  it('is found by whoever looks no further than the horizon', () => {
    for (const now of ['2026-01-30T23:59:59Z', '2026-09-20T23:00:00Z', '2026-02-27T00:00:00Z'].map(at)) {
      const last = after(warningHorizon(now), 0)
      equal(warningDue({ ...long, expiresAt: after(last, second) }, now), undefined)
    }
  })
})

describe('the state of a token', () => {
  it('is read from its end', () => {
    const now = at('2026-11-02T09:30:00Z')
    equal(tokenState(null, now), 'lasting')
    equal(tokenState(after(now, 61 * day), now), 'lasting')
    equal(tokenState(after(now, 60 * day), now), 'expiring')
    equal(tokenState(now, now), 'expired')
  })
})

describe('what is said of a new token', () => {
  const good = { purpose: '', ownerEmail: 'a@example.gov.uk', days: 730 }

  it('may be little, and the API user’s own address whatever it is', () => {
    deepEqual(termFaults(good, 'b@example.gov.uk'), {})
    deepEqual(termFaults({ ...good, ownerEmail: ' Old@Gmail.com ' }, 'old@gmail.com'), {})
  })

  it('is faulty field by field', () => {
    const bad = { purpose: 'x'.repeat(256), ownerEmail: 'x', days: 0 }
    deepEqual(Object.keys(termFaults(bad, 'b@example.gov.uk')), ['purpose', 'ownerEmail', 'days'])
  })

  it('has a number of days in digits', () => {
    deepEqual(['730', ' 30 ', '007'].map(typedDays), [730, 30, 7])
    for (const typed of ['', '-1', '+1', '1.5', '1e3', '0x10', '٣', '1 0', '1'.repeat(10)])
      equal(Number.isNaN(typedDays(typed)), true, typed)
  })
})
