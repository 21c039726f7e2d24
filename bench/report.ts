import type { Bound, Measure } from './measures.ts'
import type { Figure } from './rounds.ts'

/** One line of the result; `floor` and `mostTimes` are for the ratio, `ceiling` for the value. */
export interface Row extends Bound {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly against: number | null
  readonly ratio: number | null
  readonly ok: boolean
  /** What `against` was measured of. */
  readonly rival: string | null
  readonly worst?: string
}

export const rowOf = (
  { name, unit, rival, bound }: Measure,
  { value, against, ratio, worst }: Figure,
): Row => ({
  name,
  value: rounded(value),
  unit,
  against: against === null ? null : rounded(against),
  ratio: ratio === null ? null : Math.round(ratio * 1000) / 1000,
  ...bound,
  ok: isKept(bound, value, ratio),
  rival,
  ...(worst !== undefined && { worst }),
})

const isKept = ({ floor, mostTimes, ceiling }: Bound, value: number, ratio: number | null): boolean =>
  (floor === undefined || (ratio ?? 0) >= floor) &&
  (mostTimes === undefined || (ratio ?? Infinity) <= mostTimes) &&
  (ceiling === undefined || value <= ceiling)

const wanted = ({ floor, mostTimes, ceiling, unit }: Row): string =>
  [
    floor !== undefined && `at least ${floor}`,
    mostTimes !== undefined && `at most ${mostTimes} times`,
    ceiling !== undefined && `at most ${ceiling} ${unit}`,
  ]
    .filter(Boolean)
    .join(', ')

/** Four figures are more than any of these measures is good for. */
const rounded = (value: number): number => Number(value.toPrecision(4))

export const tableOf = (rows: readonly Row[]): string => {
  const lines = rows.map((row) => [
    row.name,
    `${row.value} ${row.unit}`,
    row.against === null ? '' : `${row.against} (${row.rival})`,
    row.ratio === null ? '' : row.ratio.toFixed(2),
    wanted(row),
    row.ok ? 'ok' : 'NOT OK',
    row.worst ?? '',
  ])
  const table = [['measure', 'Signon', 'against', 'ratio', 'wanted', '', ''], ...lines]
  const widths = table.reduce<number[]>(
    (widest, line) => line.map((cell, at) => Math.max(widest[at] ?? 0, cell.length)),
    [],
  )
  return table
    .map(
      (line) =>
        `${line
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
