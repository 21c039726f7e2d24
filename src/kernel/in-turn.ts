import { Unavailable } from './failure.ts'

/**
 * Runs at most `atOnce` tasks at a time, in the order they came. Throws `Unavailable` when `longestQueue` wait: whoever
 * comes then is better told to come back than kept waiting.
 */
export const inTurn = (atOnce: number, longestQueue: number) => {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(task: () => Promise<T>): Promise<T> => {
    if (waiting.length >= longestQueue)
      throw new Unavailable('Too many people are signing in just now. Try again in a moment.')
    if (running >= atOnce) await new Promise<void>((go) => waiting.push(go))
    else running += 1
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}

/** The same for each key by itself. */
export const inTurnByKey = (atOnce: number, longestQueue: number) => {
  const lines = new Map<string, { readonly inTurn: ReturnType<typeof inTurn>; tasks: number }>()
  return async <T>(key: string, task: () => Promise<T>): Promise<T> => {
    const line = lines.get(key) ?? { inTurn: inTurn(atOnce, longestQueue), tasks: 0 }
    lines.set(key, line)
    line.tasks += 1
    try {
      return await line.inTurn(task)
    } finally {
      line.tasks -= 1
      if (line.tasks === 0) lines.delete(key)
    }
  }
}
