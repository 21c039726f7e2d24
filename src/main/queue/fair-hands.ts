import { pushFlag } from '#domain/jobs.ts'
import { second } from '#kernel/clock.ts'

/** A job as far as it decides whether another one may be taken. */
export interface HeldJob {
  readonly id: string
  /** Whatever it carries; of a push: that it is one, and whom it goes to. */
  readonly flags: Readonly<Record<string, true>> | null
}

/** What is known of one application's last push. */
interface Answer {
  readonly isSlow: boolean
  /** Until when it is left alone, in milliseconds. */
  readonly restsUntil: number
}

/** An application that keeps a push for so long is slow, whatever it answers in the end. */
const slowMilliseconds = second
/** A slow application that failed is left alone for so many times as long as it took: others' turn. */
const restFactor = 3
/** Hands that never push, so that neither mails nor announcements wait for applications. */
const reservedHands = 2

/**
 * Shares the hands of a worker among the applications that it calls, so that nobody who is slow delays others. An
 * application takes up a third of them while it answers quickly, and one until that is known or when it does not; all
 * slow ones together take up a third. `now` is in milliseconds, from any beginning.
 */
export const fairHands = (hands: number, now: () => number) => {
  const pushes = new Map<string, { readonly application: string; readonly begun: number }>()
  const answers = new Map<string, Answer>()
  const most = Math.max(1, hands - reservedHands)
  const share = Math.max(1, Math.floor(hands / 3))

  const isSlow = (application: string): boolean =>
    answers.get(application)?.isSlow === true ||
    held(application).some(({ begun }) => now() - begun >= slowMilliseconds)
  const held = (application: string) =>
    [...pushes.values()].filter((push) => push.application === application)
  const mayHold = (application: string): number =>
    answers.has(application) && !isSlow(application) ? share : 1

  return {
    /** Flags of the jobs that are not to be taken now. */
    forbidden(): string[] {
      if (pushes.size >= most) return [pushFlag]
      const known = [...new Set([...answers.keys(), ...[...pushes.values()].map((push) => push.application)])]
      const slow = known.filter(isSlow)
      const isSlowShareTaken = slow.flatMap(held).length >= share
      return known.filter(
        (application) =>
          held(application).length >= mayHold(application) ||
          now() < (answers.get(application)?.restsUntil ?? 0) ||
          (isSlowShareTaken && slow.includes(application)),
      )
    },

    /** A job was taken. */
    take({ id, flags }: HeldJob): void {
      const application = Object.keys(flags ?? {}).find((flag) => flag !== pushFlag)
      if (application !== undefined) pushes.set(id, { application, begun: now() })
    },

    /** It is over, and failed or not. */
    giveBack({ id }: HeldJob, hasFailed: boolean): void {
      const push = pushes.get(id)
      if (!push) return
      pushes.delete(id)
      const took = now() - push.begun
      const isSlow = took >= slowMilliseconds
      const restsUntil = isSlow && hasFailed ? now() + restFactor * took : 0
      answers.set(push.application, { isSlow, restsUntil })
    },
  }
}
