import { requestOptions } from '#domain/passkey-options.ts'
import type { Signon } from '#store/signon.ts'
import { showLocked } from '#web/locked.ts'
import { challengeFor, type PasskeyForm, passkeyAnswerIn } from '#web/passkey-form.ts'
import type { Reply, Request } from '#web/routes.ts'
import { sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import type { Confirmation, Refused } from './change-devices.ts'
import { codeProblem } from './code-problem.ts'
import { type ConfirmView, confirmPage } from './devices.page.ts'
import { type FieldProblems, type ShownProblems, shownProblems } from './field-problems.ts'

/** What is to be confirmed. */
export type Confirm = Omit<ConfirmView, keyof ShownProblems | 'passkey'>

/** Pages on which somebody shows that it is them before a device of theirs changes. */
export const confirmations = (signon: Signon, relyingParty: string) => {
  const passkeyOf = async (request: Request, action: string): Promise<PasskeyForm | null> => {
    const known = await signon.single.passkeys.keysOf(sessionOf(request).user.id)
    if (known.length === 0) return null
    const options = requestOptions(relyingParty, challengeFor(signon, 'confirmation', request), known)
    const button = 'Use a passkey instead'
    return { kind: 'get', action, options: JSON.stringify(options), button, isSecondary: true }
  }
  const show = async (
    request: Request,
    reply: Reply,
    view: Confirm,
    problems: FieldProblems,
    status: number,
  ) => {
    const passkey = await passkeyOf(request, view.action)
    return reply.page(confirmPage({ ...view, passkey, ...shownProblems(problems) }), status)
  }
  return {
    ask: (request: Request, reply: Reply, view: Confirm): Promise<Reply> =>
      show(request, reply, view, {}, 200),

    /** Shows why a change was refused. */
    async refuse(request: Request, reply: Reply, view: Confirm, refused: Refused): Promise<Reply> {
      return refused.outcome === 'locked'
        ? showLocked(request, reply, refused.until)
        : show(request, reply, view, problemsOf(refused), 422)
    },
  }
}

/** What to say beside which field. */
export const problemsOf = (refused: Exclude<Refused, { readonly outcome: 'locked' }>): FieldProblems => {
  if (refused.outcome === 'wrong password') return { password: 'That is not your password' }
  if (refused.outcome === 'wrong passkey') return { code: passkeyProblems[refused.fault] }
  const problem = codeProblem(refused.why)
  return refused.outcome === 'wrong new code' ? { newCode: problem } : { code: problem }
}

const passkeyProblems = {
  wrong: 'That passkey did not work. Try again, or enter a code.',
  expired: 'This page was open for too long. Try again, or enter a code.',
} as const

/** What somebody typed, or their passkey answered, to show that it is them. */
export const confirmationOf = (request: Request): Confirmation => {
  const answered = passkeyAnswerIn(request)
  return {
    session: sessionOf(request),
    password: onlyText(request.body, 'password') ?? '',
    code: onlyText(request.body, 'current_code') ?? '',
    answered: answered.answer === '' ? null : answered,
  }
}
