/** Rows as lines whose columns begin below each other. */
export const columns = (rows: readonly (readonly string[])[]): readonly string[] => {
  const clean = rows.map((row) => row.map(oneLine))
  const widths = (clean[0] ?? []).map((_, column) =>
    Math.max(...clean.map((row) => row[column]?.length ?? 0)),
  )
  return clean.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** A table under its headings, or a sentence when it has no rows. */
export const table = (
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  otherwise: string,
): readonly string[] => (rows.length === 0 ? [otherwise] : columns([headings, ...rows]))

/** A moment for people: `2026-11-02 09:30:00 UTC`. */
export const moment = (instant: Date): string => `${instant.toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** Text that others typed, without anything that a terminal would obey. */
export const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ')
