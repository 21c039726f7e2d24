import { parseArgs } from 'node:util'
import { type Command, type Option, type Reading, WrongUsage } from './command.ts'
import { nearest } from './nearest.ts'

/** Options of every command. */
const commonOptions: readonly string[] = ['json', 'help']

/** Reads what follows a command's words. Throws `WrongUsage`, which never repeats a value. */
export const readArguments = (command: Command, given: readonly string[]): Reading => {
  const options = new Map(
    Object.entries(command.options).map(([name, option]) => [spelling(name), { name, option }]),
  )
  const { tokens, positionals } = parseArgs({
    args: [...given],
    options: Object.fromEntries([
      ...commonOptions.map((name) => [name, { type: 'boolean' as const }]),
      ...[...options].map(([name, { option }]) => [
        name,
        { type: option.value === undefined ? ('boolean' as const) : ('string' as const) },
      ]),
    ]),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const texts = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    if (commonOptions.includes(token.name)) {
      refuseValue(token)
      continue
    }
    const option = options.get(token.name)?.option
    if (!option) throw unknownOption(token.rawName, [...options.keys(), ...commonOptions])
    texts.set(token.name, [...(texts.get(token.name) ?? []), textOf(token, option)])
  }
  const entries = [...options].map(([spelled, { name, option }]) => [
    name,
    read(spelled, option, texts.get(spelled)),
  ])
  const operands = operandsOf(command, positionals)
  const wantsJson = tokens.some((token) => token.kind === 'option' && token.name === 'json')
  if (wantsJson && command.speaksForItself(operands))
    throw new WrongUsage('--json cannot be given here: standard output is for something else.')
  return { options: Object.fromEntries(entries), operands }
}

/** `redirectUri` is written `--redirect-uri`. */
export const spelling = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

interface OptionToken {
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

const refuseValue = ({ rawName, inlineValue }: OptionToken): void => {
  if (inlineValue) throw new WrongUsage(`${rawName} takes no value.`)
}

const textOf = (token: OptionToken, option: Option<unknown>): string => {
  const { rawName, value, inlineValue } = token
  if (option.value === undefined) {
    refuseValue(token)
    return ''
  }
  if (value === undefined || (!inlineValue && value.startsWith('-')))
    throw new WrongUsage(`${rawName} needs a value: ${rawName} ${option.value}.`)
  return value
}

const read = (spelled: string, option: Option<unknown>, given: readonly string[] = []): unknown => {
  if (option.isRequired && given.length === 0) throw new WrongUsage(`--${spelled} must be given.`)
  if (!option.isRepeatable && given.length > 1) throw new WrongUsage(`--${spelled} can be given once only.`)
  try {
    return option.read(given)
  } catch (error) {
    throw error instanceof WrongUsage ? new WrongUsage(`--${spelled} ${error.message}.`) : error
  }
}

const secretive = /^-+(?:.*-)?(?:password|passphrase|secret|token)$/

const unknownOption = (rawName: string, known: readonly string[]): WrongUsage => {
  if (secretive.test(rawName))
    return new WrongUsage(
      `There is no option ${rawName}: secrets are never given as arguments, where others can read them.`,
      known.includes('password-stdin') ? 'Use --password-stdin or --password-file.' : '',
    )
  const guess = nearest(rawName.replace(/^-+/, ''), known)
  return new WrongUsage(`There is no option ${rawName}.`, guess && `Did you mean --${guess}?`)
}

const operandsOf = (
  { words, operands, optionalOperand }: Command,
  given: readonly string[],
): Reading['operands'] => {
  const all = optionalOperand === undefined ? operands : [...operands, optionalOperand]
  if (given.length > all.length)
    throw new WrongUsage(
      all.length === 0
        ? `‘${words}’ takes no arguments, only options.`
        : `‘${words}’ takes only ${listed(all)}.`,
    )
  const missing = operands.filter((_, index) => (given[index] ?? '').trim() === '')
  if (missing.length > 0) throw new WrongUsage(`${listed(missing)} must be given.`)
  return Object.fromEntries(given.flatMap((text, index) => (all[index] ? [[all[index], text]] : [])))
}

const listed = (operands: readonly string[]): string =>
  operands.map((name) => name.toUpperCase()).join(' and ')
