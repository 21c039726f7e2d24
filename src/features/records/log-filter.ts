import { endOfDay, startOfDay } from './london-days.ts'

/** A part of a log, as somebody writes it into the form: days as YYYY-MM-DD, or nothing. */
export interface TypedDays {
  readonly from: string
  readonly to: string
}

/** What is wrong with the days, each in words. */
export interface DayFaults {
  readonly from?: string
  readonly to?: string
}

/** The instants between which the days lie. */
export interface Span {
  readonly from: Date | undefined
  readonly to: Date | undefined
}

/** Reads two days; both belong to what is asked for. */
export const spanOf = ({ from, to }: TypedDays): { readonly span: Span; readonly faults: DayFaults } => {
  const span = {
    from: from === '' ? undefined : startOfDay(from),
    to: to === '' ? undefined : endOfDay(to),
  }
  const isBackwards = span.from !== undefined && span.to !== undefined && span.from >= span.to
  return {
    span,
    faults: {
      ...(from !== '' && !span.from && { from: 'From must be a real date, like 2026-11-02' }),
      ...(to !== '' && !span.to && { to: 'To must be a real date, like 2026-11-02' }),
      ...(isBackwards && { to: 'To must be the same day as From, or later' }),
    },
  }
}

/** The filter as the query of an address: only what was chosen. */
export const queryOf = (typed: TypedDays): string =>
  new URLSearchParams(Object.entries(typed).filter(([, value]) => value !== '')).toString()

/** An address with these parts of a query, as far as they are not empty. */
export const withQuery = (path: string, ...parts: readonly string[]): string => {
  const query = parts.filter((part) => part !== '').join('&')
  return query === '' ? path : `${path}?${query}`
}
