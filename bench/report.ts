import type { Measure } from './measures.ts'
import type { Figure } from './rounds.ts'

/** One line of the result; `floor` is for the ratio, `ceiling` for the value. */
export interface Row {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly against: number | null
  readonly ratio: number | null
  readonly floor?: number
  readonly ceiling?: number
  readonly ok: boolean
  /** What `against` was measured of. */
  readonly rival: string | null
}

export const rowOf = ({ name, unit, rival, bound }: Measure, { value, against, ratio }: Figure): Row => ({
  name,
  value: rounded(value),
  unit,
  against: against === null ? null : rounded(against),
  ratio: ratio === null ? null : Math.round(ratio * 1000) / 1000,
  ...bound,
  ok: 'floor' in bound ? (ratio ?? 0) >= bound.floor : value <= bound.ceiling,
  rival,
})

/** Four figures are more than any of these measures is good for. */
const rounded = (value: number): number => Number(value.toPrecision(4))

export const tableOf = (rows: readonly Row[]): string => {
  const lines = rows.map((row) => [
    row.name,
    `${row.value} ${row.unit}`,
    row.against === null ? '' : `${row.against} (${row.rival})`,
    row.ratio === null ? '' : row.ratio.toFixed(2),
    row.floor === undefined ? `at most ${row.ceiling} ${row.unit}` : `at least ${row.floor}`,
    row.ok ? 'ok' : 'NOT OK',
  ])
  const table = [['measure', 'Signon', 'against', 'ratio', 'wanted', ''], ...lines]
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
