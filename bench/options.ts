import { parseArgs } from 'node:util'

export interface Options {
  readonly json: boolean
  /** The names of what to measure. */
  readonly names: readonly string[]
}

/** Reads the command line. Throws, saying in a sentence what is wrong with it. */
export const readOptions = (given: readonly string[], known: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...given],
    options: { json: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
  })
  const names = values.only?.flatMap((asked) => namesFor(asked, known)) ?? known
  return { json: values.json, names }
}

/** The measure of this name; or, where there is none, all whose names begin with that word. */
const namesFor = (asked: string, known: readonly string[]): readonly string[] => {
  if (known.includes(asked)) return [asked]
  const family = known.filter((name) => name.startsWith(`${asked}-`))
  if (family.length === 0)
    throw new Error(`There is no measure ${asked}. The measures are ${known.join(', ')}.`)
  return family
}
