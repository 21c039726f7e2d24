import { dayInWords } from '#domain/london-time.ts'
import { mustUseTwoStep } from '#domain/two-step.ts'
import type { User } from '#domain/user.ts'
import { findUserFor } from '#store/administration.ts'
import type { TwoStepState } from '#store/two-step.ts'
import { personOf } from '#web/about-user.ts'
import { type Confirmation, confirmationPage } from '#web/confirmation.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { refuseRequired, requireTwoStep } from './require-two-step.ts'
import { refuseNothingToReset, resetTwoStep } from './reset-two-step.ts'

const reset = { may: 'reset 2-step verification' } as const
const mandate = { may: 'require 2-step verification' } as const

/** What administrators do about somebody's 2-step verification; exemptions have a page of their own. */
export const userTwoStepRoutes: Routes = (scope, signon) => {
  scope.get(paths.userTwoStepReset, { config: reset }, async (request, reply) => {
    const user = await signon.read(async (stores) => {
      const found = await findUserFor(stores, actorOf(request), reset.may, personOf(request))
      refuseNothingToReset(found, (await stores.twoStep.find(found.id)).hasSecondFactor)
      return found
    })
    return reply.page(confirmationPage(user, resetting(user)))
  })

  scope.post(paths.userTwoStepReset, { config: reset }, async (request, reply) => {
    const { id, email } = await resetTwoStep(signon, actorOf(request), personOf(request))
    request.browser.say(`Reset 2-step verification for ${email}`)
    return reply.redirect(pathTo(paths.user, { id }), 303)
  })

  scope.get(paths.userTwoStepMandate, { config: mandate }, async (request, reply) => {
    const { user, state } = await signon.read(async (stores) => {
      const found = await findUserFor(stores, actorOf(request), mandate.may, personOf(request))
      return { user: found, state: await stores.twoStep.find(found.id) }
    })
    refuseRequired(user, state.isRequired)
    return reply.page(confirmationPage(user, mandating(user, state)))
  })

  scope.post(paths.userTwoStepMandate, { config: mandate }, async (request, reply) => {
    const { id, email } = await requireTwoStep(signon, actorOf(request), personOf(request))
    request.browser.say(`Updated user ${email} successfully`)
    return reply.redirect(pathTo(paths.user, { id }), 303)
  })
}

const resetting = ({ name }: User): Confirmation => ({
  title: `Reset 2-step verification for ${name}`,
  paragraphs: [
    'Do this only when you are sure that it is them who asks: call them on a number that you know.',
    'Every authenticator app, passkey and recovery code that they have will stop working, and they will be signed out everywhere. They will sign in with their password only, and must then set up 2-step verification again. They will get an email that says so.',
  ],
  button: 'Reset 2-step verification',
  isWarning: true,
})

const mandating = ({ name }: User, state: TwoStepState): Confirmation => ({
  title: `Turn on 2-step verification for ${name}`,
  paragraphs: [
    ...(state.exemption
      ? [
          `They are exempt until ${dayInWords(state.exemption.until)} (${state.exemption.reason}). This ends their exemption.`,
        ]
      : []),
    ...(mustUseTwoStep(state) ? ['Their role or organisation requires it of them already.'] : []),
    state.hasSecondFactor
      ? 'They have set it up. From now on they cannot turn it off any more.'
      : 'They must set it up at their next click or when they next sign in, and can do nothing else before. They get an email that says so.',
  ],
  button: 'Turn on 2-step verification',
  isWarning: state.isExempt,
})
