import type { Flash } from '#web/browser.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { type ConfirmEmailView, confirmEmailPage } from './confirm-email.page.ts'
import { confirmEmail, confirmEmailWithPassword, seekConfirmation } from './confirm-email.ts'
import type { LinkedChange } from './email-change-link.ts'

export const confirmEmailRoutes: Routes = (scope, signon) => {
  scope.get(paths.confirmEmail, { config: { access: 'public' } }, async (request, reply) => {
    const token = onlyText(request.query, 'confirmation_token') ?? ''
    const change = await seekConfirmation(signon, token)
    if (!change) return leave(request, reply, 'email-not-confirmed')
    if (isAnothers(request, change)) return leave(request, reply, 'link-of-another')
    return show(reply, viewOf(request, token, change))
  })

  scope.post(paths.confirmEmail, { config: { access: 'public' } }, async (request, reply) => {
    const { session } = request
    const token = onlyText(request.body, 'confirmation_token') ?? ''
    const password = onlyText(request.body, 'user[password]') ?? ''
    const change = await seekConfirmation(signon, token)
    if (change && isAnothers(request, change)) return leave(request, reply, 'link-of-another')

    const outcome = session
      ? await confirmEmail(signon, actorOf(request), session.user.id, token)
      : await confirmEmailWithPassword(signon, actorOf(request), token, password)
    if (outcome === 'wrong password' && change)
      return show(reply, { ...viewOf(request, token, change), fault: 'Password was incorrect' })
    return leave(request, reply, flashes[outcome])
  })
}

const flashes = {
  confirmed: 'email-changed',
  impossible: 'email-not-confirmed',
  'wrong password': 'email-not-confirmed',
  suspended: 'suspended',
} as const satisfies Record<string, Flash>

const isAnothers = ({ session }: Request, { user }: LinkedChange): boolean =>
  session !== undefined && session.user.id !== user.id

const viewOf = ({ session }: Request, token: string, { user, newEmail }: LinkedChange): ConfirmEmailView => ({
  token,
  oldEmail: user.email,
  newEmail,
  asksPassword: session === undefined,
  fault: null,
})

const show = (reply: Reply, view: ConfirmEmailView): Reply => reply.page(confirmEmailPage(view))

const leave = ({ browser, session }: Request, reply: Reply, flash: Flash): Reply => {
  browser.flash(flash)
  return reply.redirect(session ? paths.dashboard : paths.signIn, 303)
}
