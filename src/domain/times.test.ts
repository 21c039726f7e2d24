import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { timesInWords, timesOf } from './times.ts'

describe('the times of a job', () => {
  for (const text of [
    '',
    '27 4 * *',
    '27 4 * * * *',
    '60 4 * * *',
    '27 24 * * *',
    '27 4 0 * *',
    '27 4 32 * *',
    '27 4 * 13 *',
    '27 4 * * 7',
    '-1 4 * * *',
    '5-1 4 * * *',
    '1, 4 * * *',
    '*/0 4 * * *',
    'x 4 * * *',
    '27 4 * * MON',
    '@daily',
    '1.5 4 * * *',
    '027 4 * * *',
    '27;4 * * *',
  ])
    it(`are not “${text}”`, () => {
      equal(timesOf(text), undefined)
    })

  it('are said in words, in London’s time and in UTC', () => {
    deepEqual(
      ['27 4 * * *', '5 0,6 * * *', '22 12 * * 0', '40 * * * *', '3 23 * * *', '0 3 1 * *'].map(timesInWords),
      [
        'Every day at 04:27 UTC (in London 4:27am, in summer 5:27am)',
        'Every day at 00:05 and 06:05 UTC (in London 12:05am and 6:05am, in summer 1:05am and 7:05am)',
        'Sundays at 12:22 UTC (in London 12:22pm, in summer 1:22pm)',
        'Every hour at 40 past',
        'Every day at 23:03 UTC (in London 11:03pm, in summer 12:03am)',
        '0 3 1 * * (minute, hour, day, month and weekday in UTC)',
      ],
    )
  })
})
