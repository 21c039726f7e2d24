/** A number with what it counts, as people read it: `1 person`, `12,345 people`. */
export const countOf = (count: number, one: string, many: string): string =>
  `${thousands(count)} ${count === 1 ? one : many}`

/** `12,345` */
export const thousands = (count: number): string => count.toLocaleString('en-GB')
