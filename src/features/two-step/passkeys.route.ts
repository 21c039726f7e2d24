import { signonName } from '#domain/letter.ts'
import { type PasskeyId, passkeyNameFault, passkeyNameOf } from '#domain/passkey.ts'
import { creationOptions } from '#domain/passkey-options.ts'
import { safeReturnAddress } from '#domain/return-address.ts'
import { invariant, NotFound } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { rowNumber } from '#kernel/token.ts'
import type { PasskeyVerifier } from '#outside/webauthn.ts'
import type { Flash } from '#web/browser.ts'
import { showLocked } from '#web/locked.ts'
import { challengeFor, passkeyAnswerIn } from '#web/passkey-form.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { addPasskey, beginPasskey, removePasskey } from './change-passkeys.ts'
import { confirmationOf, confirmations, problemsOf } from './confirm.route.ts'
import { type FieldProblems, shownProblems } from './field-problems.ts'
import { passWithPasskey } from './pass-with-passkey.ts'
import { addPasskeyPage, createPasskeyPage } from './passkeys.page.ts'
import { signInWithPasskey } from './sign-in-with-passkey.ts'

/** Adding and removing passkeys, and signing in with one: by itself, or as the second step. */
export const passkeyRoutes =
  (environment: string, verifier: PasskeyVerifier): Routes =>
  (scope, signon) => {
    const confirm = confirmations(signon, verifier.relyingParty)
    const show = (
      reply: Reply,
      { name = '', problem = null as string | null, problems = {} as FieldProblems } = {},
    ): Reply => {
      const view = { action: paths.addPasskey, name, problem, ...shownProblems(problems) }
      const status = problem === null && Object.keys(problems).length === 0 ? 200 : 422
      return reply.page(addPasskeyPage(view), status)
    }

    /** Only for whoever has just shown that it is them: the challenge says so. */
    const askDevice = async (request: Request, reply: Reply, name: string): Promise<Reply> => {
      const { user } = sessionOf(request)
      const site = { id: verifier.relyingParty, name: signonName({ environment }) }
      const owner = { handle: user.uid, email: user.email, name: user.name }
      const known = await signon.single.passkeys.keysOf(user.id)
      const challenge = challengeFor(signon, 'confirmed new passkey', request)
      const options = creationOptions(site, owner, challenge, known)
      const view = { action: paths.createPasskey, options: JSON.stringify(options), name }
      return reply.page(createPasskeyPage(view))
    }

    scope.get(paths.addPasskey, async (request, reply) =>
      sessionOf(request).user.hasSecondFactor ? show(reply) : reply.redirect(paths.twoStepSetUp, 302),
    )

    scope.post(paths.addPasskey, async (request, reply) => {
      const name = onlyText(request.body, 'name') ?? ''
      const fault = passkeyNameFault(name)
      if (fault !== undefined) return show(reply, { name, problems: { name: fault } })
      const result = await beginPasskey(signon, verifier, actorOf(request), confirmationOf(request))
      if (result.outcome === 'locked') return showLocked(request, reply, result.until)
      if (result.outcome !== 'confirmed') return show(reply, { name, problems: problemsOf(result) })
      return askDevice(request, reply, name)
    })

    scope.post(paths.createPasskey, async (request, reply) => {
      const name = onlyText(request.body, 'name') ?? ''
      refuseFaults([passkeyNameFault(name)])
      const result = await addPasskey(signon, verifier, actorOf(request), {
        ...passkeyAnswerIn(request),
        session: sessionOf(request),
        name: passkeyNameOf(name),
      })
      if (result.outcome !== 'added') return show(reply, { name, problem: addingProblems[result.outcome] })
      request.browser.flash('passkey-added')
      return reply.redirect(paths.devices, 303)
    })

    scope.get(paths.removePasskey, async (request, reply) => {
      const passkey = passkeyOf(request)
      const passkeys = await signon.single.passkeys.list(sessionOf(request).user.id)
      const found = passkeys.find(({ id }) => id === passkey)
      if (!found) throw new NotFound('You have no such passkey.')
      return confirm.ask(request, reply, removal(passkey, found.name))
    })

    scope.post(paths.removePasskey, async (request, reply) => {
      const passkey = passkeyOf(request)
      const asked = { ...confirmationOf(request), passkey }
      const result = await removePasskey(signon, verifier, actorOf(request), asked)
      if (result.outcome !== 'removed')
        return confirm.refuse(request, reply, removal(passkey, 'this passkey'), result)
      request.browser.flash('passkey-removed')
      return reply.redirect(paths.devices, 303)
    })

    scope.post(paths.passkeyStep, { config: { access: 'password' } }, async (request, reply) => {
      const { session, browser, body } = request
      invariant(session && browser.sessionToken, 'the second step is for people whose password was right')
      const goingTo = safeReturnAddress(onlyText(body, 'return_to')) ?? paths.dashboard
      if (session.level === 'full') return reply.redirect(goingTo, 302)
      const { sessionToken } = browser
      const asked = { session, sessionToken, ...passkeyAnswerIn(request) }
      const result = await passWithPasskey(signon, verifier, actorOf(request), asked)
      if (result.outcome !== 'passed') {
        browser.flash(passkeyFlashes[result.outcome])
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
      const asked = { ...passkeyAnswerIn(request), replaces: browser.sessionToken }
      const result = await signInWithPasskey(signon, verifier, actorOf(request), asked)
      if (result.outcome !== 'signed in') {
        browser.flash(passkeyFlashes[result.outcome])
        browser.rememberReturn(goingTo)
        return reply.redirect(paths.signIn, 303)
      }
      browser.keepSession(result.sessionToken)
      browser.forgetReturn()
      return reply.redirect(goingTo, 302)
    })
  }

const addingProblems = {
  'no passkey': 'That passkey could not be added. Try again.',
  expired: 'That took too long, so the passkey was not added. Try again.',
} as const

const passkeyFlashes = {
  wrong: 'passkey-refused',
  refused: 'passkey-refused',
  expired: 'passkey-expired',
  suspended: 'suspended',
  'no password': 'password-needed',
} as const satisfies Record<string, Flash>

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
