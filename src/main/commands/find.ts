import { type Command, WrongUsage } from './command.ts'
import { manual, overview } from './help.ts'
import { nearest } from './nearest.ts'

/** What a command line asks for: help, or a command with the rest of the line. */
export type Request =
  | { readonly help: readonly string[] }
  | { readonly command: Command; readonly rest: readonly string[] }

/** Finds the command that a line names. Throws `WrongUsage` when there is none. */
export const find = (commands: readonly Command[], line: readonly string[]): Request => {
  const wantsHelp = hasFlag(line, '--help') || hasFlag(line, '-h')
  const start = line.findIndex((word) => !['--json', '--help', '-h'].includes(word))
  const words = start === -1 ? [] : line.slice(start)
  const command = longestFirst(commands).find((candidate) => beginsWith(words, candidate))
  if (command && !wantsHelp && isAnother(commands, command, words)) throw unknown(commands, words)
  if (command)
    return wantsHelp ? { help: manual(command) } : { command, rest: line.slice(start + lengthOf(command)) }

  const [group = ''] = words
  const within = commands.filter((candidate) => candidate.words.startsWith(`${group} `))
  if (wantsHelp && within.length > 0) return { help: overview(within, group) }
  if (wantsHelp || group === 'help') return { help: overview(commands) }
  throw unknown(commands, words)
}

/** Is this flag among the options, that is before a lone `--`? */
export const hasFlag = (line: readonly string[], flag: string): boolean => {
  const end = line.indexOf('--')
  return (end === -1 ? line : line.slice(0, end)).includes(flag)
}

/** `migrate status` is not `migrate` with an argument. */
const longestFirst = (commands: readonly Command[]): readonly Command[] =>
  [...commands].sort((one, other) => lengthOf(other) - lengthOf(one))

/** `migrate statsu` is neither of the two: a command that takes no arguments, and a verb that there is not. */
const isAnother = (
  commands: readonly Command[],
  { words, operands }: Command,
  typed: readonly string[],
): boolean => {
  const next = typed[words.split(' ').length]
  const hasLonger = commands.some((other) => other.words.startsWith(`${words} `))
  return hasLonger && operands.length === 0 && next !== undefined && !next.startsWith('-')
}

const lengthOf = ({ words }: Command): number => words.split(' ').length

const beginsWith = (words: readonly string[], command: Command): boolean =>
  words.slice(0, lengthOf(command)).join(' ') === command.words

const unknown = (commands: readonly Command[], [group = '', verb = '']: readonly string[]): WrongUsage => {
  const within = commands.filter(({ words }) => words.startsWith(`${group} `))
  const verbs = within.map(({ words }) => words.slice(group.length + 1)).join(', ')
  if (group === '') return new WrongUsage('Say what to do.', all)
  if (within.length > 0 && (verb === '' || verb.startsWith('-')))
    return new WrongUsage(`Say what to do with ${group}: ${verbs}.`)

  const names = commands.map(({ words }) => words)
  const guess =
    nearest(`${group} ${verb}`, names) || (within.length > 0 ? '' : nearest(group, names.flatMap(groupOf)))
  // What follows a word that means nothing may be anything, a secret too.
  const shown = within.length > 0 ? `${group} ${verb}` : group
  const otherwise = within.length > 0 ? `There are: ${verbs}.` : all
  return new WrongUsage(`There is no command ‘${shown}’.`, guess ? `Did you mean ‘${guess}’?` : otherwise)
}

const all = 'See bin/signon --help.'

const groupOf = (words: string): readonly string[] => words.split(' ').slice(0, 1)
