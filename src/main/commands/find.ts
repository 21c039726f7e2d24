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
  if (command)
    return wantsHelp ? { help: manual(command) } : { command, rest: line.slice(start + lengthOf(command)) }

  const [group = ''] = words
  const within = commands.filter((candidate) => candidate.words.startsWith(`${group} `))
  if (wantsHelp && within.length > 0) return { help: overview(within, group) }
  if (wantsHelp || group === 'help') return { help: overview(commands) }
  throw unknown(commands, words, within)
}

/** Is this flag among the options, that is before a lone `--`? */
export const hasFlag = (line: readonly string[], flag: string): boolean => {
  const end = line.indexOf('--')
  return (end === -1 ? line : line.slice(0, end)).includes(flag)
}

/** `migrate status` is not `migrate` with an argument. */
const longestFirst = (commands: readonly Command[]): readonly Command[] =>
  [...commands].sort((one, other) => lengthOf(other) - lengthOf(one))

const lengthOf = ({ words }: Command): number => words.split(' ').length

const beginsWith = (words: readonly string[], command: Command): boolean =>
  words.slice(0, lengthOf(command)).join(' ') === command.words

const unknown = (
  commands: readonly Command[],
  words: readonly string[],
  within: readonly Command[],
): WrongUsage => {
  const [group = '', verb] = words
  const all = 'See bin/signon --help.'
  if (group === '') return new WrongUsage('Say what to do.', all)
  if (within.length > 0 && (verb === undefined || verb.startsWith('-')))
    return new WrongUsage(
      `Say what to do with ${group}: ${within.map((one) => one.words.split(' ')[1]).join(', ')}.`,
    )
  // More than two words may hold anything, a secret too.
  const typed = words.slice(0, within.length > 0 ? 2 : 1).join(' ')
  const candidates = within.length > 0 ? within : commands
  const guess =
    nearest(
      words.slice(0, 2).join(' '),
      commands.map((one) => one.words),
    ) ||
    nearest(
      typed,
      candidates.map((one) => one.words),
    )
  return new WrongUsage(`There is no command ‘${typed}’.`, guess ? `Did you mean ‘${guess}’?` : all)
}
