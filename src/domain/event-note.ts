/** Names in the note of an event, in full and in order: `(editor, signin)`. */
export const noteOfNames = (names: readonly string[]): string => `(${[...names].sort(byName).join(', ')})`

/** Ascending without regard to case. */
const byName = (one: string, other: string): number =>
  one.toLowerCase().localeCompare(other.toLowerCase(), 'en')
