import type { Environment } from '#main/config.ts'

/** The command line itself is wrong: no command, option or argument of that name, or one too few. */
export class WrongUsage extends Error {
  /** What to type instead, when there is a guess. */
  readonly hint: string

  constructor(message: string, hint = '') {
    super(message)
    this.hint = hint
  }
}

/** One option: how it is written, and what its text becomes. */
export interface Option<T> {
  readonly about: string
  /** Stands for its value in the help; a flag has none. */
  readonly value?: string
  readonly isRequired?: true
  readonly isRepeatable?: true
  /** Its value, from the texts that were given for it in order. Throws `WrongUsage`. */
  readonly read: (given: readonly string[]) => T
}

/** What a command says when it is done: one document for scripts, or lines for people. */
export interface Answer {
  readonly document: unknown
  readonly lines: readonly string[]
  /** Why it counts as failed although it has something to say. */
  readonly problem?: string
}

/** The command line, read. */
export interface Reading {
  readonly operands: Readonly<Record<string, string>>
  readonly options: Readonly<Record<string, unknown>>
}

/** One thing that `bin/signon` does. */
export interface Command {
  /** `users create`. */
  readonly words: string
  readonly summary: string
  /** What else to know, for its own help. */
  readonly details: string
  readonly operands: readonly string[]
  /** One that may be left out, behind the others. */
  readonly optionalOperand?: string | undefined
  readonly options: Readonly<Record<string, Option<unknown>>>
  /** Is standard output for something else with these operands, so that there is no document for `--json`? */
  readonly speaksForItself: (operands: Reading['operands']) => boolean
  /** Does it, and answers nothing when it has spoken for itself. */
  readonly run: (reading: Reading, environment: Environment) => Promise<Answer | undefined>
}

type Values<Options> = { readonly [Name in keyof Options]: Options[Name] extends Option<infer T> ? T : never }

interface Definition<Operand extends string, Optional extends string, Options> {
  readonly words: string
  readonly summary: string
  readonly details?: string
  readonly operands?: readonly Operand[]
  readonly optionalOperand?: Optional
  readonly options?: Options
  readonly speaksForItself?: Command['speaksForItself']
  readonly run: (
    given: Values<Options> & Readonly<Record<Operand, string>> & Readonly<Partial<Record<Optional, string>>>,
    environment: Environment,
  ) => Promise<Answer | undefined>
}

/** A command whose `run` is given its operands and options under their names. */
export const command = <
  const Operand extends string = never,
  const Optional extends string = never,
  const Options extends Readonly<Record<string, Option<unknown>>> = Readonly<Record<never, never>>,
>({
  words,
  summary,
  details = '',
  operands = [],
  optionalOperand,
  options,
  speaksForItself = () => false,
  run,
}: Definition<Operand, Optional, Options>): Command => ({
  words,
  summary,
  details,
  operands,
  optionalOperand,
  options: options ?? {},
  speaksForItself,
  // The reader of the command line has made these values from these very options.
  run: (reading, environment) =>
    run({ ...reading.options, ...reading.operands } as Parameters<typeof run>[0], environment),
})
