import { signonName } from '#domain/letter.ts'
import { type PasskeyId, passkeyNameFault, passkeyNameOf } from '#domain/passkey.ts'
import { creationOptions } from '#domain/passkey-options.ts'
import { safeReturnAddress } from '#domain/return-address.ts'
import { invariant, NotFound } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import type { PasskeyVerifier } from '#outside/webauthn.ts'
import { challengeFor, passkeyAnswerIn } from '#web/passkey-form.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { addPasskey, removePasskey } from './change-passkeys.ts'
import { confirmPage } from './devices.page.ts'
import { confirmationOf, problemsOf, refuse } from './devices.route.ts'
import { type FieldProblems, shownProblems } from './field-problems.ts'
import { passWithPasskey } from './pass-with-passkey.ts'
import { addPasskeyPage } from './passkeys.page.ts'
import { showLocked } from './second-step.route.ts'
import { signInWithPasskey } from './sign-in-with-passkey.ts'

/** Adding and removing passkeys, and signing in with one: by itself, or as the second step. */
export const passkeyRoutes =
  (environment: string, verifier: PasskeyVerifier): Routes =>
  (scope, signon) => {
    const show = async (
      request: Request,
      reply: Reply,
      { name = '', problem = null as string | null, problems = {} as FieldProblems } = {},
    ): Promise<Reply> => {
      const { user } = sessionOf(request)
      const site = { id: verifier.relyingParty, name: signonName({ environment }) }
      const owner = { handle: user.uid, email: user.email, name: user.name }
      const known = await signon.single.passkeys.keysOf(user.id)
      const options = creationOptions(site, owner, challengeFor(signon, 'new passkey', request), known)
      const view = {
        action: paths.addPasskey,
        options: JSON.stringify(options),
        name,
        problem,
        ...shownProblems(problems),
      }
      const status = problem === null && Object.keys(problems).length === 0 ? 200 : 422
      return reply.page(addPasskeyPage(view), status)
    }

    scope.get(paths.addPasskey, async (request, reply) =>
      sessionOf(request).user.hasSecondFactor
        ? show(request, reply)
        : reply.redirect(paths.twoStepSetUp, 302),
    )

    scope.post(paths.addPasskey, async (request, reply) => {
      const name = onlyText(request.body, 'name') ?? ''
      const fault = passkeyNameFault(name)
      if (fault !== undefined) return show(request, reply, { name, problems: { name: fault } })
      const result = await addPasskey(signon, verifier, actorOf(request), {
        ...confirmationOf(request),
        ...passkeyAnswerIn(request.body),
        name: passkeyNameOf(name),
      })
      if (result.outcome === 'locked') return showLocked(request, reply, result.until)
      if (result.outcome === 'no passkey')
        return show(request, reply, { name, problem: 'That passkey could not be added. Try again.' })
      if (result.outcome !== 'added') return show(request, reply, { name, problems: problemsOf(result) })
      request.browser.flash('passkey-added')
      return reply.redirect(paths.devices, 303)
    })

    scope.get(paths.removePasskey, async (request, reply) => {
      const passkey = passkeyOf(request)
      const passkeys = await signon.single.passkeys.list(sessionOf(request).user.id)
      const found = passkeys.find(({ id }) => id === passkey)
      if (!found) throw new NotFound('You have no such passkey.')
      return reply.page(confirmPage({ ...removal(passkey, found.name), ...shownProblems({}) }))
    })

    scope.post(paths.removePasskey, async (request, reply) => {
      const passkey = passkeyOf(request)
      const asked = { ...confirmationOf(request), passkey }
      const result = await removePasskey(signon, actorOf(request), asked)
      if (result.outcome !== 'removed')
        return refuse(request, reply, result, removal(passkey, 'this passkey'))
      request.browser.flash('passkey-removed')
      return reply.redirect(paths.devices, 303)
    })

    scope.post(paths.passkeyStep, { config: { access: 'password' } }, async (request, reply) => {
      const { session, browser, body } = request
      invariant(session && browser.sessionToken, 'the second step is for people whose password was right')
      const goingTo = safeReturnAddress(onlyText(body, 'return_to')) ?? paths.dashboard
      if (session.level === 'full') return reply.redirect(goingTo, 302)
      const { sessionToken } = browser
      const asked = { session, sessionToken, ...passkeyAnswerIn(body) }
      const result = await passWithPasskey(signon, verifier, actorOf(request), asked)
      if (result.outcome === 'wrong') {
        browser.flash('passkey-refused')
        browser.rememberReturn(goingTo)
        return reply.redirect(paths.twoStepCode, 303)
      }
      browser.keepSession(result.sessionToken)
      browser.keepRemembered(result.rememberedToken)
      browser.forgetReturn()
      return reply.redirect(goingTo, 302)
    })

    scope.post(paths.passkeySignIn, { config: { access: 'public' } }, async (request, reply) => {
      const { browser, body } = request
      const goingTo = safeReturnAddress(onlyText(body, 'return_to')) ?? paths.dashboard
      const asked = { ...passkeyAnswerIn(body), replaces: browser.sessionToken }
      const result = await signInWithPasskey(signon, verifier, actorOf(request), asked)
      if (result.outcome !== 'signed in') {
        browser.flash(result.outcome === 'suspended' ? 'suspended' : 'passkey-refused')
        browser.rememberReturn(goingTo)
        return reply.redirect(paths.signIn, 303)
      }
      browser.keepSession(result.sessionToken)
      browser.forgetReturn()
      return reply.redirect(goingTo, 302)
    })
  }

const removal = (passkey: PasskeyId, name: string) => ({
  title: `Remove ${name}`,
  explanation:
    'You cannot sign in with it any more. You will be signed out everywhere else, and asked for a code the next time that you sign in.',
  button: 'Remove',
  action: paths.removePasskey.replace(':passkey', String(passkey)),
  isWarning: true,
})

const passkeyOf = ({ params }: Request): PasskeyId => {
  const text = onlyText(params, 'passkey') ?? ''
  const id = rowNumber(text)
  if (id === undefined) throw new NotFound('You have no such passkey.')
  return id as PasskeyId
}
