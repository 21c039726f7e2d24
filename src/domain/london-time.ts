const london = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  hourCycle: 'h12',
  hour: 'numeric',
  minute: '2-digit',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
})

/** A moment as people in the United Kingdom read it: `3:04pm, 1 November 2023`. */
export const londonMoment = (instant: Date): string => {
  const parts = partsOf(instant)
  return `${clockOf(parts)}, ${dateOf(parts)}`
}

/** The same for lists and logs: `3:04pm, 1 Nov 2023`. */
export const shortLondonMoment = (instant: Date): string => {
  const parts = partsOf(instant)
  return `${clockOf(parts)}, ${shortDateOf(parts)}`
}

/** `1 November 2023`. */
export const londonDate = (instant: Date): string => dateOf(partsOf(instant))

/** `1 Nov 2023`. */
export const shortLondonDate = (instant: Date): string => shortDateOf(partsOf(instant))

/** The same of a day YYYY-MM-DD. */
export const dayInWords = (day: string): string => londonDate(new Date(`${day}T12:00:00Z`))

/** `3:04pm`. */
export const londonClock = (instant: Date): string => clockOf(partsOf(instant))

/** The day in the United Kingdom, as it is compared and stored: `2023-11-01`. */
export const londonDay = (instant: Date): string => isoDay.format(instant)

// Sweden writes dates as ISO 8601 does.
const isoDay = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/London' })

type Parts = ReturnType<typeof partsOf>

const clockOf = ({ hour, minute, half }: Parts): string => `${hour}:${minute}${half}`
const dateOf = ({ day, month, year }: Parts): string => `${day} ${month} ${year}`
const shortDateOf = ({ day, month, year }: Parts): string => `${day} ${month.slice(0, 3)} ${year}`

const partsOf = (instant: Date) => {
  const parts = london.formatToParts(instant)
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((one) => one.type === type)?.value ?? ''
  return {
    hour: part('hour'),
    minute: part('minute'),
    half: part('dayPeriod').toLowerCase(),
    day: Number(part('day')),
    month: part('month'),
    year: part('year'),
  }
}
