import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Systems take the ports of connections and of listeners on port 0 from 16,000 on; below, nobody comes between asking and listening. */
const [lowest, beyond] = [10_000, 16_000]
const given = new Set<number>()

/** A port of this machine that nothing listens on just now, and that this process gets once. */
export const freePort = async (): Promise<number> => {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(lowest, beyond)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
  throw new Error(`No port between ${lowest} and ${beyond} is free.`)
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.on('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
