/** A day as people type it, such as 27/3/2026 or 2026-03-27, as YYYY-MM-DD; nothing when there is no such day. */
export const dayOf = (typed: string): string | undefined => {
  const [, day, month, year] = /^(\d{1,2})[/.\s](\d{1,2})[/.\s](\d{4})$/.exec(typed) ?? []
  const text = day && month && year ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : typed
  return isRealDay(text) ? text : undefined
}

const isRealDay = (text: string): boolean => {
  if (!/^(?:19|2\d)\d{2}-\d{2}-\d{2}$/.test(text)) return false
  const midnight = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text)
}
