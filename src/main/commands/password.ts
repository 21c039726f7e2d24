import { readFile } from 'node:fs/promises'
import { text as wholeText } from 'node:stream/consumers'
import { Invalid } from '#kernel/failure.ts'
import { WrongUsage } from './command.ts'
import { flag, text } from './options.ts'

/** The two ways to give a password; arguments can be read by everybody on the machine. */
export const passwordOptions = {
  passwordStdin: flag('Read the password from standard input.'),
  passwordFile: text('PATH', 'Read the password from a file.'),
} as const

interface PasswordGiven {
  readonly passwordStdin: boolean
  readonly passwordFile: string | undefined
}

/** Was a password given, in either way? */
export const isPasswordGiven = ({ passwordStdin, passwordFile }: PasswordGiven): boolean =>
  passwordStdin || passwordFile !== undefined

/** The password that was given, without the end of its line. Throws `WrongUsage` without exactly one. */
export const readPassword = async ({ passwordStdin, passwordFile }: PasswordGiven): Promise<string> => {
  if (passwordStdin === (passwordFile !== undefined))
    throw new WrongUsage(
      passwordStdin
        ? '--password-stdin and --password-file cannot be given together.'
        : 'A password must be given on standard input: add --password-stdin (or --password-file PATH).',
    )
  const typed =
    passwordFile === undefined ? await wholeText(process.stdin) : await readPasswordFile(passwordFile)
  return typed.replace(/\r?\n$/, '')
}

const readPasswordFile = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new Invalid(
      `The password file cannot be read: ${error instanceof Error ? error.message : 'unknown reason'}.`,
    )
  }
}
