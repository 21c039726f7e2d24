/** A number with what it counts, as people read it: `1 person`, `12,345 people`. */
export const countOf = (count: number, one: string, many: string): string =>
  `${thousands(count)} ${count === 1 ? one : many}`

/** `12,345` */
export const thousands = (count: number): string => count.toLocaleString('en-GB')

/** How many there are, up to where they were counted. */
export interface Counted {
  readonly count: number
  readonly isMoreThanCounted: boolean
}

/** `12,345 people`, or `More than 10,000 people` where that is how far they were counted. */
export const countedOf = ({ count, isMoreThanCounted }: Counted, one: string, many: string): string =>
  `${isMoreThanCounted ? 'More than ' : ''}${countOf(count, one, many)}`
