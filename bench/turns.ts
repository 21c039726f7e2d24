import { Client } from 'pg'
import { signInLoad, signonFlows, userInfoLoad, type Visit, visits } from './loads.ts'
import type { Done } from './orders.ts'
import type { Turn } from './rounds.ts'
import type { Size, Workshop } from './workshop.ts'

/** How much is done in one turn: a second's worth or two. */
export const counts = { userInfo: 7000, flows: 700, signIns: 140 } as const

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
    const rate = rateOf(await workshop.load(signonFlows(port, seeded, counts.flows, round)))
    await letAnHourPass(url, visits(seeded, counts.flows, round))
    return rate
  }
}

export const signInTurn = async (workshop: Workshop, size: Size): Promise<Turn> => {
  const { seeded } = await workshop.database(size)
  const { port } = await workshop.web(size)
  return async (round) => rateOf(await workshop.load(await signInLoad(port, seeded, counts.signIns, round)))
}

/**
 * Makes the next visit of each the first for a while, as it is in life: the service notes at most once a minute that an
 * application has had somebody's permissions, and with few people a turn would soon have nothing left to note.
 */
const letAnHourPass = async (databaseUrl: string, visited: readonly Visit[]): Promise<void> => {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(
    `update user_applications v set last_synced_at = v.last_synced_at - interval '1 hour'
     from unnest($1::integer[], $2::integer[]) as visited (user_id, application_id)
     where v.user_id = visited.user_id and v.application_id = visited.application_id`,
    [visited.map(({ user }) => user), visited.map(({ application }) => application)],
  )
  await client.end()
}
