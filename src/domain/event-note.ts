/** Names in the note of an event, in full and in order: `(editor, signin)`. */
export const noteOfNames = (names: readonly string[]): string => `(${[...names].sort(byName).join(', ')})`

/** Ascending without regard to case. */
const byName = (one: string, other: string): number =>
  one.toLowerCase().localeCompare(other.toLowerCase(), 'en')

/** The note of a change of address. */
export const noteOfChange = (from: string, to: string): string => `from ${from} to ${to}`

/** The note of what was refused, and why: what the person was told, as far as there is room. */
export const noteOfErrors = (errors: readonly string[]): string =>
  `(errors: ${errors.join(', ')})`.slice(0, 255)
