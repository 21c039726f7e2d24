import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Passwords } from '#domain/password.ts'
import { minute } from '#kernel/clock.ts'

/** What the process is asked; it answers with a boolean, in the order of the questions. */
export interface Question {
  readonly password: string
  readonly ownWords: readonly string[]
}

const idleMilliseconds = minute
const program = fileURLToPath(new URL('./strength-process.js', import.meta.url))
/** The word lists take 35 MB of it. */
const memory = ['--max-old-space-size=96', '--max-semi-space-size=4']

/**
 * Judges passwords with zxcvbn, in a process of its own: its word lists make a process 100 MB larger for good, and one
 * password takes up to a tenth of a second, for which no other request is kept waiting. New passwords are rare, so the
 * process begins with the first one and ends when none has come for a minute.
 */
export const strengthJudge = (): Passwords['isStrong'] => {
  let judge: Judge | undefined
  return (password, ownWords) => {
    judge ??= startJudge((ended) => {
      if (judge === ended) judge = undefined
    })
    return judge.ask({ password, ownWords })
  }
}

interface Judge {
  ask(question: Question): Promise<boolean>
}

const startJudge = (onEnd: (judge: Judge) => void): Judge => {
  const waiting: PromiseWithResolvers<boolean>[] = []
  // It needs no settings, and so gets no secrets.
  const child = fork(program, { execArgv: memory, env: {} })
  const end = (error: Error): void => {
    onEnd(judge)
    clearTimeout(idle)
    for (const { reject } of waiting.splice(0)) reject(error)
  }
  const idle = setTimeout(() => {
    onEnd(judge)
    child.disconnect()
  }, idleMilliseconds).unref()
  child.on('error', end)
  child.on('exit', (code) => end(new Error(`The process that judges passwords has ended with ${code}`)))
  child.on('message', (answer) => {
    waiting.shift()?.resolve(answer === true)
    // Only a question that is still open keeps this process alive.
    if (waiting.length > 0) return
    child.unref()
    child.channel?.unref()
  })
  const judge: Judge = {
    ask(question) {
      const answer = Promise.withResolvers<boolean>()
      waiting.push(answer)
      idle.refresh()
      child.ref()
      child.channel?.ref()
      child.send(question)
      return answer.promise
    },
  }
  return judge
}
