/**
 * When a job of the calendar runs: which minutes, hours, days, months and weekdays fit, in UTC. Where both days and
 * weekdays are limited, either will do.
 */
export interface Times {
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly days: readonly number[]
  readonly months: readonly number[]
  /** From Sunday, 0, on. */
  readonly weekdays: readonly number[]
}

const ranges = {
  minutes: [0, 59],
  hours: [0, 23],
  days: [1, 31],
  months: [1, 12],
  weekdays: [0, 6],
} as const satisfies Record<keyof Times, readonly [number, number]>

/** Reads `27 4 * * *`: numbers, `*`, ranges, steps of `*`, and lists of these. Nothing when it is anything else. */
export const timesOf = (text: string): Times | undefined => {
  const fields = text.trim().split(/\s+/)
  if (fields.length !== 5) return undefined
  const [minutes, hours, days, months, weekdays] = Object.values(ranges).map((range, index) =>
    numbersOf(fields[index] ?? '', range),
  )
  return minutes && hours && days && months && weekdays && { minutes, hours, days, months, weekdays }
}

const numbersOf = (field: string, range: readonly [number, number]): readonly number[] | undefined => {
  const numbers = new Set<number>()
  for (const part of field.split(',')) {
    const found = partOf(part, range)
    if (!found) return undefined
    for (const number of found) numbers.add(number)
  }
  return [...numbers].sort((one, other) => one - other)
}

const partOf = (part: string, [least, most]: readonly [number, number]): readonly number[] | undefined => {
  const [, step = ''] = /^\*(?:\/(\d{1,2}))?$/.exec(part) ?? []
  if (part === '*' || Number(step) > 0)
    return upTo(least, most).filter((number) => number % (Number(step) || 1) === 0)
  const [, from, to = from] = /^(\d{1,2})(?:-(\d{1,2}))?$/.exec(part) ?? []
  if (from === undefined || Number(from) < least || Number(to) > most || Number(from) > Number(to))
    return undefined
  return upTo(Number(from), Number(to))
}

const upTo = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

const dayNames = [
  'Sundays',
  'Mondays',
  'Tuesdays',
  'Wednesdays',
  'Thursdays',
  'Fridays',
  'Saturdays',
] as const

/** As people say it: `Every day at 04:27 UTC (in London 4:27am, in summer 5:27am)`. */
export const timesInWords = (text: string): string => {
  const times = timesOf(text)
  const [minute, ...otherMinutes] = times?.minutes ?? []
  const isEveryDay = times?.days.length === 31 && times.months.length === 12
  if (!times || minute === undefined || otherMinutes.length > 0 || !isEveryDay || times.hours.length > 4)
    return isHourly(times)
      ? `Every hour at ${times.minutes.join(' and ')} past`
      : `${text} (minute, hour, day, month and weekday in UTC)`
  const utc = times.hours.map((hour) => `${two(hour)}:${two(minute)}`)
  const london = (shift: number): string =>
    times.hours.map((hour) => clock((hour + shift) % 24, minute)).join(' and ')
  return `${daysInWords(times.weekdays)} at ${utc.join(' and ')} UTC (in London ${london(0)}, in summer ${london(1)})`
}

const isHourly = (times: Times | undefined): times is Times =>
  times !== undefined &&
  times.minutes.length <= 4 &&
  times.hours.length === 24 &&
  times.days.length === 31 &&
  times.months.length === 12 &&
  times.weekdays.length === 7

const daysInWords = (weekdays: readonly number[]): string =>
  weekdays.length === 7 ? 'Every day' : weekdays.map((weekday) => dayNames[weekday]).join(', ')

const two = (number: number): string => String(number).padStart(2, '0')

const clock = (hour: number, minute: number): string =>
  `${hour % 12 === 0 ? 12 : hour % 12}:${two(minute)}${hour < 12 ? 'am' : 'pm'}`
