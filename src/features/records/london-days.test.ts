import { deepEqual, equal } from 'node:assert/strict'
import { it } from 'node:test'
import { endOfDay, startOfDay } from './london-days.ts'

it('finds where days begin and end in the United Kingdom, in winter, in summer and between', () => {
  const days = [
    '2026-01-15',
    '2026-07-15',
    '2026-03-29',
    '2026-03-30',
    '2026-10-25',
    '2026-10-26',
    '2024-02-29',
  ]
  deepEqual(
    days.map((day) => [startOfDay(day)?.toISOString(), endOfDay(day)?.toISOString()]),
    [
      ['2026-01-15T00:00:00.000Z', '2026-01-16T00:00:00.000Z'],
      ['2026-07-14T23:00:00.000Z', '2026-07-15T23:00:00.000Z'],
      ['2026-03-29T00:00:00.000Z', '2026-03-29T23:00:00.000Z'],
      ['2026-03-29T23:00:00.000Z', '2026-03-30T23:00:00.000Z'],
      ['2026-10-24T23:00:00.000Z', '2026-10-26T00:00:00.000Z'],
      ['2026-10-26T00:00:00.000Z', '2026-10-27T00:00:00.000Z'],
      ['2024-02-29T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ],
  )
})

it('knows no days that there are not', () => {
  for (const written of [
    '',
    '2026-02-30',
    '2026-13-01',
    '2026-1-1',
    '20260101',
    '2026-00-10',
    'today',
    ' 2026-01-01',
  ])
    equal(startOfDay(written) ?? endOfDay(written), undefined, written)
})
