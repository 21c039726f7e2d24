import { tell } from './progress.ts'

/** What was measured, of ours and of what it is held against. */
export interface Figure {
  readonly value: number
  readonly against: number | null
  /** Of ours to theirs, in the middle one of all rounds. */
  readonly ratio: number | null
  /** Which of several cases gave the value, and which the ratio. */
  readonly worst?: string
}

// Of two who take turns, and of one alone. Neighbours of a machine come and go within seconds: many short turns are
// disturbed less than few long ones.
const pairsOfTurns = 27
const repetitions = 5

/** One turn of a measure. Rounds count from 1, and those that warm everything up from -1 downwards. */
export type Turn = (round: number) => Promise<number>

/**
 * Takes turns, ours and theirs, of which either is first in every other round: medians of both, and the median of what
 * each round's ratio was. Both warm up for so many turns: code that is called some hundred times a turn is still being
 * compiled in the first ones.
 */
export const takeTurns = async (ours: Turn, theirs: Turn, warmUps = 3): Promise<Figure> => {
  for (let turn = 1; turn <= warmUps; turn += 1) {
    await ours(-turn)
    await theirs(-turn)
  }
  const pairs: { readonly own: number; readonly other: number }[] = []
  for (let round = 1; round <= pairsOfTurns; round += 1) {
    const first = round % 2 === 0 ? await theirs(round) : undefined
    const own = await ours(round)
    const pair = { own, other: first ?? (await theirs(round)) }
    tell(
      `  round ${round}: ${pair.own.toFixed(1)} against ${pair.other.toFixed(1)}, ${(pair.own / pair.other).toFixed(3)}`,
    )
    pairs.push(pair)
  }
  return {
    value: median(pairs.map(({ own }) => own)),
    against: median(pairs.map(({ other }) => other)),
    ratio: median(pairs.map(({ own, other }) => own / other)),
  }
}

/** The median of what several turns give. */
export const repeat = async (turn: Turn): Promise<Figure> => {
  const values: number[] = []
  for (let round = 1; round <= repetitions; round += 1) {
    const value = await turn(round)
    tell(`  round ${round}: ${value.toFixed(2)}`)
    values.push(value)
  }
  return { value: median(values), against: null, ratio: null }
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
}
