import { thousands } from '#kernel/count.ts'
/** A chart of bars, one for each month, the oldest at the left, in units of its own width and height. */
export interface Chart {
  readonly width: number
  readonly height: number
  readonly bars: readonly {
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
  }[]
  /** What it shows, in words. */
  readonly words: string
}

export interface MonthFigure {
  /** `2026-11` */
  readonly month: string
  readonly figure: number
}

const width = 720
const height = 160
const widestBar = 60

/** A chart of these months. Months that are not among them count as none. */
export const monthChart = (figures: readonly MonthFigure[]): Chart => {
  const months = withGaps(figures)
  const highest = months.reduce((one, other) => (other.figure > one.figure ? other : one), none)
  const step = Math.min(width / Math.max(months.length, 1), widestBar)
  const bars = months.map(({ figure }, index) => {
    const barHeight = figure === 0 ? 0 : Math.max(1, Math.round((figure / highest.figure) * height))
    const [x, barWidth] = [round(index * step), round(step * 0.8)]
    return { x, y: height - barHeight, width: barWidth, height: barHeight }
  })
  const [first, last] = [months[0] ?? none, months.at(-1) ?? none]
  const words = `Authorisations in each month from ${monthName(first.month)} to ${monthName(last.month)}. The most were ${thousands(highest.figure)}, in ${monthName(highest.month)}.`
  return { width, height, bars, words }
}

const none: MonthFigure = { month: '1970-01', figure: 0 }

/** Oldest first, with a nought for each month between them that is missing. */
const withGaps = (figures: readonly MonthFigure[]): readonly MonthFigure[] => {
  const known = new Map(figures.map(({ month, figure }) => [numberOf(month), figure]))
  const numbers = [...known.keys()]
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)]
  return numbers.length === 0
    ? []
    : Array.from({ length: last - first + 1 }, (_, index) => ({
        month: monthOf(first + index),
        figure: known.get(first + index) ?? 0,
      }))
}

const numberOf = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1

const monthOf = (number: number): string =>
  `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, '0')}`

const names = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September'].concat([
  'October',
  'November',
  'December',
])

/** `November 2026` */
export const monthName = (month: string): string =>
  `${names[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`

/** `month` and those before it, so many in all, newest first. */
export const monthsBack = (month: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => monthOf(numberOf(month) - index))

const round = (number: number): number => Math.round(number * 10) / 10
