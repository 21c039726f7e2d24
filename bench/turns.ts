import { Client } from 'pg'
import { signInLoad, signonFlows, userInfoLoad } from './loads.ts'
import type { Done } from './orders.ts'
import type { Turn } from './rounds.ts'
import type { Size, Workshop } from './workshop.ts'

/** How much is done in one turn: some seconds' worth. Many short turns are disturbed less than few long ones. */
export const counts = { userInfo: 20_000, flows: 2000, signIns: 400 } as const

export const rateOf = ({ completed, seconds }: Done): number => completed / seconds

/** Turns of the service over a database of this size; each takes other people. */
export const userInfoTurn = async (workshop: Workshop, size: Size): Promise<Turn> => {
  const { seeded } = await workshop.database(size)
  const { port } = await workshop.web(size)
  return async (round) => rateOf(await workshop.load(userInfoLoad(port, seeded, counts.userInfo, round)))
}

export const flowTurn = async (workshop: Workshop, size: Size): Promise<Turn> => {
  const { seeded, url } = await workshop.database(size)
  const { port } = await workshop.web(size)
  return async (round) => {
    await letAnHourPass(url)
    return rateOf(await workshop.load(signonFlows(port, seeded, counts.flows, round)))
  }
}

export const signInTurn = async (workshop: Workshop, size: Size): Promise<Turn> => {
  const { seeded } = await workshop.database(size)
  const { port } = await workshop.web(size)
  return async (round) => rateOf(await workshop.load(await signInLoad(port, seeded, counts.signIns, round)))
}

/**
 * Makes each visit the first for a while, as it is in life: the service notes at most once a minute that an
 * application has had somebody's permissions, and with few people a turn would soon have nothing left to note.
 */
const letAnHourPass = async (databaseUrl: string): Promise<void> => {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  // Those that lie in the future were put there with the people, for applications that no visit goes to.
  await client.query(
    `update user_applications set last_synced_at = last_synced_at - interval '1 hour'
     where last_synced_at between $1::timestamptz - interval '1 hour' and $1`,
    [new Date()],
  )
  await client.end()
}
