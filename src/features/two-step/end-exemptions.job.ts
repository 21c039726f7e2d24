import type { Actor } from '#domain/events.ts'
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
export const endExemptions = (signon: Signon, journal: Journal) => async (): Promise<void> => {
  const now = signon.clock.now()
  const today = londonDay(now)
  const horizon = londonDay(after(now, mostEndingDays * day))
  for (const exemption of await signon.single.twoStep.exemptionsUntil(horizon))
    await (exemption.until <= today ? end(signon, exemption, today) : remind(signon, exemption, today)).catch(
      (error: unknown) =>
        journal.error({ user: exemption.id, reason: reasonOf(error) }, 'an exemption was passed over'),
    )
}

const end = (signon: Signon, { id, uid }: EndingExemption, today: string): Promise<void> =>
  signon.transaction(async (work) => {
    if (await work.twoStep.endExemptionOf(id, today))
      await work.record({ name: 'two-step-exemption-ended', about: { id, uid } }, calendar)
  })

const remind = (signon: Signon, { id, until }: EndingExemption, today: string): Promise<void> =>
  signon.transaction(async (work) => {
    const notice = endingNotice(until, today)
    const user = await work.users.lockById(id)
    if (!notice || user.suspendedAt !== null || !(await work.accountNotices.tell(id, notice))) return
    const order = { mail: 'exemption-ending', user: id, days: notice.days } as const
    await work.jobs.add({ name: 'send-mail', payload: order })
    const granter = await work.twoStep.grantedBy(id)
    if (granter) await work.jobs.add({ name: 'send-mail', payload: { ...order, to: granter.email } })
  })
