import type { Outcome, Run } from '#store/walk.ts'
import type { Answer } from './command.ts'
import { columns, oneLine } from './lines.ts'

/** What a run did to somebody: `suspended`, and in a rehearsal `would be suspended`. */
export interface RunWords {
  readonly done: string
  readonly wouldBe: string
  /** Of whom there was nothing to do for. */
  readonly unchanged?: string
}

const otherwise = {
  unchanged: 'nothing to change',
  'passed over': 'passed over: changed just now',
  'last superadmin': 'stays: the last active superadmin',
  failed: 'failed',
} as const satisfies Record<Exclude<Outcome, 'done'>, string>

/** What an answer says of those with whom it went wrong, if there are any. */
export const problemOf = (failed: number): Pick<Answer, 'problem'> =>
  failed > 0 ? { problem: `${failed} failed. Run it again; bin/signon doctor may know why.` } : {}

/** The answer of a command that went through many people: `{ matched, changed, details }`, and a line for each. */
export const answerOfRun = ({ matched, changed, details }: Run, isRehearsal: boolean, words: RunWords) => {
  const wordsOf = (outcome: Outcome): string => {
    if (outcome === 'done') return isRehearsal ? words.wouldBe : words.done
    return outcome === 'unchanged' ? (words.unchanged ?? otherwise.unchanged) : otherwise[outcome]
  }
  const told = details.map(({ email, outcome, reason }) => ({
    email,
    outcome: reason === undefined ? wordsOf(outcome) : `${wordsOf(outcome)}: ${oneLine(reason)}`,
  }))
  const failed = details.filter(({ outcome }) => outcome === 'failed').length
  return {
    document: { matched, changed, details: told, ...(isRehearsal && { dry_run: true }) },
    lines: [
      ...columns(told.map(({ email, outcome }) => [email, outcome])),
      oneLine(`${matched} found, ${changed} ${words.done}.`),
    ],
    ...problemOf(failed),
  } satisfies Answer
}
