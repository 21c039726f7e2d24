import { dayInWords, londonDay } from '#domain/london-time.ts'
import { exemptionFaults } from '#domain/two-step.ts'
import type { User } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { findUserFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'
import { personOf, userBreadcrumbs } from '#web/about-user.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { endExemption } from './end-exemption.ts'
import { exemptFromTwoStep, refuseExemptionOf } from './exempt-from-two-step.ts'
import { type ExemptionView, exemptionPage } from './exemption.page.ts'
import { exemptionVersion } from './stale-exemption.ts'
import { missingParts, storedDay, type TypedDay, typedDay } from './typed-day.ts'

const config = { may: 'exempt from 2-step verification' } as const

/** Exempts a person until a day, changes that, and ends it (`reference/accounts-and-sign-in.md` 11.5). */
export const exemptionRoutes: Routes = (scope, signon) => {
  scope.get(paths.userTwoStepExemption, { config }, async (request, reply) =>
    reply.page(exemptionPage(await viewOf(signon, request))),
  )

  scope.post(paths.userTwoStepExemption, { config }, async (request, reply) => {
    const [actor, whom] = [actorOf(request), personOf(request)]
    const was = onlyText(request.body, 'was') ?? ''
    if (onlyText(request.body, 'exemption[end]') !== undefined) {
      const ended = await attempt(endExemption(signon, actor, { ...whom, was }))
      if ('problem' in ended)
        return reply.page(exemptionPage({ ...(await viewOf(signon, request)), ...ended }), 409)
      request.browser.say(`${ended.email} is not exempt from 2-step verification any more`)
      return reply.redirect(pathTo(paths.user, { id: ended.id }), 303)
    }

    const typed = typedIn(request)
    const faults = faultsOf(typed, londonDay(signon.clock.now()))
    if (faults.reasonFault !== null || faults.untilFaults.length > 0)
      return reply.page(exemptionPage({ ...(await viewOf(signon, request)), was, ...typed, ...faults }), 422)
    const exemption = { reason: typed.reason, until: storedDay(typed.until) }
    const exempted = await attempt(exemptFromTwoStep(signon, actor, { ...whom, ...exemption, was }))
    if ('problem' in exempted)
      return reply.page(exemptionPage({ ...(await viewOf(signon, request)), ...typed, ...exempted }), 409)
    request.browser.say('User exempted from 2-step verification')
    return reply.redirect(pathTo(paths.user, { id: exempted.id }), 303)
  })
}

/** What came of a change, or why it cannot be done now: then the page shows how all is, beside what was typed. */
const attempt = (change: Promise<User>): Promise<User | { readonly problem: string }> =>
  change.catch((error: unknown) => {
    if (error instanceof Conflict) return { problem: error.message }
    throw error
  })

type Typed = Pick<ExemptionView, 'reason' | 'until'>
type Faults = Pick<ExemptionView, 'reasonFault' | 'untilFaults'>

const viewOf = (signon: Signon, request: Request): Promise<ExemptionView> =>
  signon.read(async (stores) => {
    const whom = personOf(request)
    const user = await findUserFor(stores, actorOf(request), 'exempt from 2-step verification', whom)
    refuseExemptionOf(user)
    const state = await stores.twoStep.find(user.id)
    const { exemption, hasSecondFactor } = state
    return {
      name: user.name,
      breadcrumbs: userBreadcrumbs(user),
      cancelPath: pathTo(paths.user, { id: user.id }),
      was: exemptionVersion(state),
      problem: null,
      reason: exemption?.reason ?? '',
      until: exemption ? typedDay(exemption.until) : { day: '', month: '', year: '' },
      reasonFault: null,
      untilFaults: [],
      hasSecondFactor,
      exemptUntil: exemption && dayInWords(exemption.until),
    }
  })

const typedIn = ({ body }: Request): Typed => ({
  reason: onlyText(body, 'exemption[reason]') ?? '',
  until: {
    day: onlyText(body, 'exemption[expiry_date][day]') ?? '',
    month: onlyText(body, 'exemption[expiry_date][month]') ?? '',
    year: onlyText(body, 'exemption[expiry_date][year]') ?? '',
  },
})

const faultsOf = ({ reason, until }: Typed, today: string): Faults => {
  const [reasonFault, untilFault] = exemptionFaults({ reason, until: storedDay(until) }, today)
  return { reasonFault: reasonFault ?? null, untilFaults: untilFaultsOf(until, untilFault) }
}

/** A day that lacks a part is not judged as a whole: only what is missing is said. */
const untilFaultsOf = (until: TypedDay, fault: string | undefined): Faults['untilFaults'] => {
  const missing = missingParts(until).map((part) => ({ text: `Expiry date ${part} must be provided`, part }))
  if (missing.length > 0) return missing
  return fault === undefined ? [] : [{ text: fault, part: null }]
}
