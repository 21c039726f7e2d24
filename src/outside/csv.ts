import { CsvError, parse } from 'csv-parse/sync'
import type { FileEncoding } from '#domain/batch.ts'

export interface CsvTable {
  readonly encoding: FileEncoding
  readonly table: readonly (readonly string[])[]
}

/**
 * The cells of a CSV file (RFC 4180), whatever a spreadsheet wrote it as: in UTF-8, UTF-16 or Windows-1252, with
 * commas, semicolons or tabs: `areHeaders` knows the first line when it is taken apart rightly. Blank lines are rows
 * without text, so that rows count as they do in the spreadsheet.
 */
export const readCsv = (
  bytes: Uint8Array,
  areHeaders: (cells: readonly string[]) => boolean,
): CsvTable | { readonly fault: string } => {
  if (startsWith(bytes, zipped))
    return { fault: 'That file is a spreadsheet. Save it as CSV first, and upload what you saved' }
  const read = decode(bytes)
  if (read === undefined || read.text.includes('\0'))
    return { fault: 'Couldn’t understand that file. Save it as “CSV UTF-8”, and upload what you saved' }
  const { text, encoding } = read
  try {
    return { encoding, table: cellsOf(text, separatorOf(text, areHeaders)) }
  } catch (error) {
    if (error instanceof CsvError) return { fault: faultOf(error) }
    throw error
  }
}

// How a modern spreadsheet begins: it is a zip file.
const zipped = [0x50, 0x4b, 0x03, 0x04]

const startsWith = (bytes: Uint8Array, beginning: readonly number[]): boolean =>
  beginning.every((byte, place) => bytes[place] === byte)

const decode = (
  bytes: Uint8Array,
): { readonly text: string; readonly encoding: FileEncoding } | undefined => {
  const wide = startsWith(bytes, [0xff, 0xfe])
    ? 'utf-16le'
    : startsWith(bytes, [0xfe, 0xff])
      ? 'utf-16be'
      : undefined
  if (wide) {
    const text = decodeAs(wide, bytes)
    return text === undefined ? undefined : { text, encoding: 'utf-16' }
  }
  const text = decodeAs('utf-8', bytes)
  if (text !== undefined) return { text, encoding: 'utf-8' }
  return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' }
}

const decodeAs = (encoding: string, bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const separators = [',', ';', '\t'] as const

/** The one with which the first line that has any text names the columns. */
const separatorOf = (text: string, areHeaders: (cells: readonly string[]) => boolean): string =>
  separators.find((separator) => {
    const firstLine = /\S.*/.exec(text)?.[0] ?? ''
    return areHeaders(firstLine.split(separator).map((cell) => cell.trim().replaceAll(/^"|"$/g, '')))
  }) ?? ','

const cellsOf = (text: string, separator: string): string[][] =>
  parse(text, {
    delimiter: separator,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    trim: true,
  })

const faultOf = ({ records }: CsvError): string =>
  `Couldn’t understand that file: in row ${Number(records) + 1} a quotation mark (") is in the wrong place, or the one that ends a cell is missing`
