import type { Actor } from '#domain/events.ts'
import type { RunNumbers } from '#domain/jobs.ts'
import { londonDay } from '#domain/london-time.ts'
import { endingNotice, mostEndingDays } from '#domain/two-step.ts'
import { after, day } from '#kernel/clock.ts'
import { reasonOf } from '#kernel/failure.ts'
import type { Signon } from '#store/signon.ts'
import type { EndingExemption } from '#store/two-step.ts'

/** Where the job writes what went wrong. */
export interface Journal {
  error(facts: object, message: string): void
}

const calendar: Actor = { kind: 'signon' }

/**
 * Ends exemptions from 2-step verification on their day in the United Kingdom, and tells of those that end soon: the
 * person, and whoever granted it. Each by itself, so that none stands in the way of the others.
 */
export const endExemptions = (signon: Signon, journal: Journal) => async (): Promise<RunNumbers> => {
  const now = signon.clock.now()
  const today = londonDay(now)
  const horizon = londonDay(after(now, mostEndingDays * day))
  const numbers = { ended: 0, reminded: 0, failed: 0 }
  for (const exemption of await signon.single.twoStep.exemptionsUntil(horizon)) {
    const isOver = exemption.until <= today
    await (isOver ? end(signon, exemption, today) : remind(signon, exemption, today)).then(
      (isDone) => {
        if (isDone) numbers[isOver ? 'ended' : 'reminded'] += 1
      },
      (error: unknown) => {
        numbers.failed += 1
        journal.error({ user: exemption.id, reason: reasonOf(error) }, 'an exemption was passed over')
      },
    )
  }
  return numbers
}

const end = (signon: Signon, { id, uid }: EndingExemption, today: string): Promise<boolean> =>
  signon.transaction(async (work) => {
    const isEnded = await work.twoStep.endExemption(id, today)
    if (isEnded) await work.record({ name: 'two-step-exemption-ended', about: { id, uid } }, calendar)
    return isEnded
  })

const remind = (signon: Signon, { id, until }: EndingExemption, today: string): Promise<boolean> =>
  signon.transaction(async (work) => {
    const notice = endingNotice(until, today)
    const user = await work.users.lockById(id)
    if (!notice || user.suspendedAt !== null || !(await work.accountNotices.tell(id, notice))) return false
    const order = { mail: 'exemption-ending', user: id, days: notice.days } as const
    await work.jobs.add({ name: 'send-mail', payload: order })
    const granter = await work.twoStep.grantedBy(id)
    if (granter) await work.jobs.add({ name: 'send-mail', payload: { ...order, to: granter.email } })
    return true
  })
