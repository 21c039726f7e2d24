import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { monthChart, monthsBack } from './month-chart.ts'

describe('a chart of months', () => {
  it('has a bar for each month, the oldest at the left, and a gap where there was nothing', () => {
    const { bars, words } = monthChart([
      { month: '2026-02', figure: 1234 },
      { month: '2025-12', figure: 1 },
    ])
    deepEqual(
      bars.map(({ x, y, height }) => [x, y, height]),
      [
        [0, 159, 1],
        [60, 160, 0],
        [120, 0, 160],
      ],
    )
    equal(
      words,
      'Authorisations in each month from December 2025 to February 2026. The most were 1,234, in February 2026.',
    )
  })

  it('fits two years into its width, and nothing into nothing', () => {
    const { bars, width } = monthChart(monthsBack('2026-11', 25).map((month) => ({ month, figure: 7 })))
    equal(bars.length, 25)
    equal(
      bars.every((bar) => bar.x >= 0 && bar.x + bar.width <= width && bar.height === 160),
      true,
    )
    deepEqual(monthChart([]).bars, [])
  })
})
