/** `27/3/2026`, as it is written to people of a day YYYY-MM-DD. */
export const shortDay = (day: string): string => day.split('-').toReversed().map(Number).join('/')

/** `27/03/2026`. */
export const slashedDay = (day: string): string => day.split('-').toReversed().join('/')
