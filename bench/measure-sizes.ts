import { type Figure, type Turn, takeTurns } from './rounds.ts'
import { flowTurn, signInTurn, userInfoTurn } from './turns.ts'
import type { Size, Workshop } from './workshop.ts'

type TurnOfSize = (workshop: Workshop, size: Size) => Promise<Turn>

/** Pages of a database that was just filled are found again by so many turns, as in a server that has run for a while. */
const warmUps = 24

/** The same requests to two services, each over a server of its own, one of which has a thousand times as many people. */
const bySize =
  (turnOf: TurnOfSize) =>
  async (workshop: Workshop): Promise<Figure> =>
    takeTurns(await turnOf(workshop, 'large'), await turnOf(workshop, 'small'), warmUps)

export const userInfoLarge = bySize(userInfoTurn)
export const flowLarge = bySize(flowTurn)
export const signInLarge = bySize(signInTurn)
