import { spelling } from './arguments.ts'
import type { Command, Option } from './command.ts'
import { columns } from './lines.ts'

/** What there is: all commands, or those of one group. */
export const overview = (commands: readonly Command[], group?: string): readonly string[] => [
  group === undefined
    ? 'Signon: single sign-on for a family of publishing applications.'
    : `bin/signon ${group}`,
  '',
  ...columns(commands.map((command) => [`  ${wordsAndOperands(command)}`, command.summary])),
  '',
  'Each but web, worker and demo takes --json (one JSON document on standard output), and each takes --help.',
]

/** One command with all that it takes. */
export const manual = (command: Command): readonly string[] => {
  const options = Object.entries(command.options)
  const optional = options.some(([, { isRequired }]) => !isRequired) ? ' [OPTIONS]' : ''
  const required = options.filter(([, { isRequired }]) => isRequired).map((entry) => ` ${written(entry)}`)
  return [
    `bin/signon ${wordsAndOperands(command)}${required.join('')}${optional}`,
    '',
    command.summary,
    ...(command.details === '' ? [] : [command.details]),
    '',
    ...columns([
      ...options.map((entry) => [`  ${written(entry)}`, aboutOf(entry[1])]),
      ...(command.speaksForItself({}) ? [] : [['  --json', 'Answer with one JSON document.']]),
      ['  --help', 'Show this.'],
    ]),
  ]
}

const wordsAndOperands = ({ words, operands, optionalOperand }: Command): string =>
  [
    words,
    ...operands.map((name) => name.toUpperCase()),
    ...(optionalOperand === undefined ? [] : [`[${optionalOperand.toUpperCase()}]`]),
  ].join(' ')

const written = ([name, { value }]: readonly [string, Option<unknown>]): string =>
  value === undefined ? `--${spelling(name)}` : `--${spelling(name)} ${value}`

const aboutOf = ({ about, isRequired, isRepeatable }: Option<unknown>): string =>
  [about, isRepeatable && 'Can be given several times.', isRequired && 'Must be given.']
    .filter(Boolean)
    .join(' ')
