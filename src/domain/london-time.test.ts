import { deepEqual } from 'node:assert/strict'
import { it } from 'node:test'
import { londonClock, londonDate, londonMoment, shortLondonDate, shortLondonMoment } from './london-time.ts'

it('tells the time of London, in summer and in winter, without leading zeros', () => {
  const cases = [
    ['2023-11-01T15:04:00Z', '3:04pm, 1 Nov 2023'],
    ['2023-07-01T00:04:00Z', '1:04am, 1 Jul 2023'],
    ['2023-09-12T11:30:00Z', '12:30pm, 12 Sep 2023'],
    ['2023-07-31T23:04:00Z', '12:04am, 1 Aug 2023'],
    ['2023-12-31T23:59:59Z', '11:59pm, 31 Dec 2023'],
  ] as const
  deepEqual(
    cases.map(([instant]) => shortLondonMoment(new Date(instant))),
    cases.map(([, words]) => words),
  )
  const noon = new Date('2023-11-01T12:00:00Z')
  deepEqual(
    [londonMoment(noon), londonDate(noon), shortLondonDate(noon), londonClock(noon)],
    ['12:00pm, 1 November 2023', '1 November 2023', '1 Nov 2023', '12:00pm'],
  )
})

it('says noon and midnight as 12', () => {
  const times = ['00:00', '00:59', '11:59', '12:00', '12:59'].map((time) =>
    londonClock(new Date(`2023-11-01T${time}:00Z`)),
  )
  deepEqual(times, ['12:00am', '12:59am', '11:59am', '12:00pm', '12:59pm'])
})

it('has no half past one when the clocks go forward, and two when they go back', () => {
  const moments = (...instants: readonly string[]) => instants.map((one) => londonMoment(new Date(one)))
  deepEqual(moments('2026-03-29T00:59:00Z', '2026-03-29T01:00:00Z'), [
    '12:59am, 29 March 2026',
    '2:00am, 29 March 2026',
  ])
  deepEqual(moments('2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T02:30:00Z'), [
    '1:30am, 25 October 2026',
    '1:30am, 25 October 2026',
    '2:30am, 25 October 2026',
  ])
})
