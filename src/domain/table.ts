/** The cells of one row of a table, from the left. */
export type Cells = readonly string[]

/** Where a header stands among the cells of the first row, from 0; capitals and spaces around it do not matter. */
export const placesOf = (cells: Cells, header: string): readonly number[] =>
  cells.flatMap((cell, place) => (cell.trim().toLowerCase() === header.toLowerCase() ? [place] : []))

/** Is there any text in this row? */
export const isFilled = (cells: Cells): boolean => cells.some((cell) => cell.trim() !== '')
