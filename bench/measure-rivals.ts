import { availableParallelism } from 'node:os'
import { startCompanion } from './children.ts'
import { rivalFlows, signonFlows, userInfoLoad } from './loads.ts'
import type { Done } from './orders.ts'
import type { VerifyOrder } from './rival-argon2.ts'
import type { OidcOrder, OidcReply } from './rival-oidc-provider.ts'
import type { BareOrder } from './rival-user-info.ts'
import { type Figure, takeTurns } from './rounds.ts'
import { openCountingWay } from './statements.ts'
import { counts, flowTurn, rateOf, signInTurn, userInfoTurn } from './turns.ts'
import type { Workshop } from './workshop.ts'

/** As many as the service opens by default. */
const databaseConnections = 10

export const userInfo = async (workshop: Workshop): Promise<Figure> => {
  const { url, seeded } = await workshop.database('small')
  const order: BareOrder = { databaseUrl: url, connections: databaseConnections }
  const bare = await workshop.companion('rival-user-info.ts').ask<{ readonly port: number }>(order)
  return takeTurns(await userInfoTurn(workshop, 'small'), async (round) =>
    rateOf(await workshop.load(userInfoLoad(bare.port, seeded, counts.userInfo, round))),
  )
}

export const flow = async (workshop: Workshop): Promise<Figure> => {
  const { url, seeded } = await workshop.database('small')
  const order: OidcOrder = { databaseUrl: url, connections: databaseConnections, users: seeded.users }
  const { port, cookies } = await workshop.companion('rival-oidc-provider.ts').ask<OidcReply>(order)
  return takeTurns(await flowTurn(workshop, 'small'), async (round) =>
    rateOf(await workshop.load(rivalFlows(port, seeded, cookies, counts.flows, round))),
  )
}

/** Flows by which statements are counted, after as many that do not count. */
const countedFlows = 50

/** Counts what passes between each of the two and the database; the first flows may have more to do and do not count. */
export const flowStatements = async (workshop: Workshop): Promise<Figure> => {
  const { url, seeded } = await workshop.database('small')
  const way = await openCountingWay(url)
  const web = await workshop.anotherWeb(way.url)
  const rival = startCompanion('rival-oidc-provider.ts')
  const perFlow = async (walk: (chance: number) => Promise<unknown>): Promise<number> => {
    await walk(101)
    const before = way.count()
    await walk(102)
    return (way.count() - before) / countedFlows
  }
  try {
    const value = await perFlow((chance) =>
      workshop.load(signonFlows(web.port, seeded, countedFlows, chance)),
    )
    const order: OidcOrder = { databaseUrl: way.url, connections: databaseConnections, users: seeded.users }
    const { port, cookies } = await rival.ask<OidcReply>(order)
    const against = await perFlow((chance) =>
      workshop.load(rivalFlows(port, seeded, cookies, countedFlows, chance)),
    )
    return { value, against, ratio: value / against }
  } finally {
    await web.stop()
    await rival.stop()
    await way.close()
  }
}

/** Some thousand sign-ins. */
const signInWarmUps = 3

export const signIn = async (workshop: Workshop): Promise<Figure> => {
  const verifier = workshop.companion('rival-argon2.ts')
  const order: VerifyOrder = { count: counts.signIns, atOnce: availableParallelism() }
  return takeTurns(
    await signInTurn(workshop, 'small'),
    async () => rateOf(await verifier.ask<Done>(order)),
    signInWarmUps,
  )
}
