import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { tell } from './progress.ts'

const sampleMilliseconds = 1000
const tolerable = 0.1

/** Says so when the machine has other things to do: what is measured then is worth little. */
export const mindOthers = async (): Promise<void> => {
  const before = await processorTimes()
  await pause(sampleMilliseconds)
  const after = await processorTimes()
  const busy = 1 - (after.idle - before.idle) / (after.all - before.all)
  if (busy > tolerable)
    tell(
      `  Something else keeps ${Math.round(busy * 100)} % of this machine busy: measure again when it is quiet.`,
    )
}

/** Ticks of all processors together since the machine started (proc(5), /proc/stat). */
const processorTimes = async (): Promise<{ readonly idle: number; readonly all: number }> => {
  const [line = ''] = (await readFile('/proc/stat', 'utf8')).split('\n', 1)
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number)
  return { idle: (ticks[3] ?? 0) + (ticks[4] ?? 0), all: ticks.reduce((sum, each) => sum + each, 0) }
}
