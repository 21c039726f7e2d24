import { Invalid } from './failure.ts'

/** Throws `Invalid` that lists every fault, one a line, unless there is none. */
export const refuseFaults = (faults: readonly (string | undefined)[]): void => {
  const found = faults.filter((fault) => fault !== undefined)
  if (found.length > 0) throw new Invalid([...new Set(found)].join('\n'))
}
