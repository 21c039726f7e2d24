import { readConfig } from '#main/config.ts'
import { type Command, command } from './command.ts'

/** What stays until it is stopped, and writes its own log on standard output. */
export const runningCommands: readonly Command[] = [
  command({
    words: 'web',
    summary: 'Serve pages and machine addresses.',
    details: 'Stops gracefully on SIGTERM. Its log is one JSON object a line.',
    speaksForItself: () => true,
    run: async (_, environment) => {
      const config = readConfig(environment, { withDemo: false })
      const { runWeb } = await import('#main/web.ts')
      await runWeb(config)
      return undefined
    },
  }),

  command({
    words: 'worker',
    summary: 'Do the jobs that wait: tell applications of changes, and so on.',
    details: 'Stops gracefully on SIGTERM. Its log is one JSON object a line.',
    speaksForItself: () => true,
    run: async (_, environment) => {
      const config = readConfig(environment, { withDemo: false })
      const { runWorker } = await import('#main/worker.ts')
      await runWorker(config)
      return undefined
    },
  }),

  command({
    words: 'demo',
    summary: 'Run everything at once with people and applications to try it out.',
    speaksForItself: () => true,
    run: async (_, environment) => {
      const { runDemo } = await import('#main/demo.ts')
      await runDemo(environment)
      return undefined
    },
  }),
]
