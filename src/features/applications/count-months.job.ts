import type { Signon } from '#store/signon.ts'

/** Counts the months that are over and not counted yet, each in a transaction of its own. */
export const countMonths = (signon: Signon): (() => Promise<void>) => {
  const { applicationMonths } = signon.single
  return async () => {
    for (const month of await applicationMonths.uncounted()) await applicationMonths.count(month)
    await applicationMonths.forgetOld()
  }
}
