/** Cells as a line of CSV (RFC 4180). */
export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`

// A spreadsheet takes what begins so for a formula, also behind blanks; wide forms count as well. An apostrophe makes it
// a text.
const formula = /^\s*[=+\-@\t\r\n＝＋－＠]/

/** A cell that a spreadsheet shows and does not calculate. */
export const csvCell = (text: string): string => {
  const harmless = formula.test(text) ? `'${text}` : text
  return /[",\r\n\t]|^ | $/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
