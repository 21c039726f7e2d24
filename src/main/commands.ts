import { commands } from './commands/all.ts'
import { readArguments } from './commands/arguments.ts'
import { type Answer, WrongUsage } from './commands/command.ts'
import { find, hasFlag } from './commands/find.ts'
import { type Refusal, refusalOf } from './commands/refusals.ts'
import type { Environment } from './config.ts'

/** Runs one command line, and answers its exit code: 0 done, 1 refused or failed, 2 wrong usage. */
export const runCommand = async (argv: readonly string[], environment: Environment): Promise<number> => {
  const isJson = hasFlag(argv, '--json')
  try {
    const answer = await obey(argv, environment)
    if (!answer) return 0
    write(process.stdout, isJson ? [JSON.stringify(answer.document)] : answer.lines)
    if (answer.problem === undefined) return 0
    return refuse(isJson, { code: 'unhealthy', message: answer.problem, exitCode: 1 })
  } catch (error) {
    return refuse(isJson, refusalOf(error))
  }
}

const obey = async (argv: readonly string[], environment: Environment): Promise<Answer | undefined> => {
  const request = find(commands, argv)
  if ('help' in request) return { document: { help: request.help }, lines: request.help }
  const { command, rest } = request
  try {
    return await command.run(readArguments(command, rest), environment)
  } catch (error) {
    if (!(error instanceof WrongUsage)) throw error
    throw new WrongUsage(error.message, `${error.hint} See bin/signon ${command.words} --help.`.trim())
  }
}

const refuse = (isJson: boolean, { code, message, exitCode, trace }: Refusal): number => {
  write(
    process.stderr,
    isJson ? [JSON.stringify({ error: { code, message } })] : [message, ...(trace ? [trace] : [])],
  )
  return exitCode
}

const write = (stream: NodeJS.WriteStream, lines: readonly string[]): void => {
  // Whoever reads may have had enough: `bin/signon events list | head`.
  stream.on('error', () => undefined)
  stream.write(`${lines.join('\n')}\n`)
}
