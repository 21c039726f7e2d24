/** A day as it is typed into three fields. */
export interface TypedDay {
  readonly day: string
  readonly month: string
  readonly year: string
}

export const dayParts = ['day', 'month', 'year'] as const
export type DayPart = (typeof dayParts)[number]

/** The parts that are missing from a day that somebody began to type. */
export const missingParts = (typed: TypedDay): readonly DayPart[] => {
  const missing = dayParts.filter((part) => typed[part].trim() === '')
  return missing.length < dayParts.length ? missing : []
}

/** The day as it is stored, YYYY-MM-DD, whether or not there is such a day; nothing typed is the empty text. */
export const storedDay = ({ day, month, year }: TypedDay): string => {
  const parts = [year.trim(), month.trim().padStart(2, '0'), day.trim().padStart(2, '0')]
  return [day, month, year].every((part) => part.trim() === '') ? '' : parts.join('-')
}

/** A stored day as it is typed. */
export const typedDay = (stored: string): TypedDay => {
  const [year = '', month = '', day = ''] = stored.split('-')
  return { day: String(Number(day)), month: String(Number(month)), year }
}
