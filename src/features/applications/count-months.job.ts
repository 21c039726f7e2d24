import type { RunNumbers } from '#domain/jobs.ts'
import type { Signon } from '#store/signon.ts'

/** Counts the months that are over and not counted yet, each in a transaction of its own. */
export const countMonths = (signon: Signon): (() => Promise<RunNumbers>) => {
  const { applicationMonths } = signon.single
  return async () => {
    const months = await applicationMonths.uncounted()
    for (const month of months) await applicationMonths.count(month)
    await applicationMonths.forgetOld()
    return { months: months.length }
  }
}
