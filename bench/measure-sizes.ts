import { type Figure, type Turn, takeTurns } from './rounds.ts'
import { flowTurn, signInTurn, userInfoTurn } from './turns.ts'
import type { Size, Workshop } from './workshop.ts'

type TurnOfSize = (workshop: Workshop, size: Size) => Promise<Turn>

/** The same requests to two services, each over a server of its own, one of which has a thousand times as many people. */
const bySize =
  (turnOf: TurnOfSize) =>
  async (workshop: Workshop): Promise<Figure> =>
    takeTurns(await turnOf(workshop, 'large'), await turnOf(workshop, 'small'))

export const userInfoLarge = bySize(userInfoTurn)
export const flowLarge = bySize(flowTurn)
export const signInLarge = bySize(signInTurn)
