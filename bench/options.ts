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
  const names = values.only ?? known
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new Error(`There is no measure ${unknown}. The measures are ${known.join(', ')}.`)
  return { json: values.json, names }
}
