import { signInLoad, signonFlows, userInfoLoad } from './loads.ts'
import { type Figure, repeat } from './rounds.ts'
import type { Workshop } from './workshop.ts'

/** What a process does before it is looked at, each time: more than in a turn of those that are measured by speed. */
const work = { userInfo: 30_000, flows: 3000, signIns: 600 }

/** One process does the work of all turns; it is looked at after each. */
export const memory = async (workshop: Workshop): Promise<Figure> => {
  const { url, seeded } = await workshop.database('small')
  const web = await workshop.anotherWeb(url)
  try {
    return await repeat(async (round) => {
      await workshop.load(userInfoLoad(web.port, seeded, work.userInfo, round))
      await workshop.load(signonFlows(web.port, seeded, work.flows, round))
      await workshop.load(await signInLoad(web.port, seeded, work.signIns, round))
      return web.residentMegabytes()
    })
  } finally {
    await web.stop()
  }
}

/** Each turn is a start of its own. */
export const ready = async (workshop: Workshop): Promise<Figure> => {
  const { url } = await workshop.database('small')
  return repeat(async () => {
    const web = await workshop.anotherWeb(url)
    await web.stop()
    return web.secondsUntilReady
  })
}
