import { isInvited } from '#domain/user-status.ts'
import { findUserFor } from '#store/administration.ts'
import { personOf } from '#web/about-user.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { changeEmailPage } from './change.page.ts'
import { changeEmail } from './change-email.ts'
import { cancelPendingEmail, type PendingEmailOf, resendPendingEmail } from './pending-email.ts'
import { aroundForm, attempt, backToUser, isOneself, statusOf, updated } from './person.route.ts'
import { pendingView } from './user.route.ts'

const may = 'change an email address'

/** Changes of somebody’s address by those who look after them (`reference/accounts-and-sign-in.md` 8.3). */
export const userEmailRoutes: Routes = (scope, signon) => {
  const show = async (
    request: Request,
    reply: Reply,
    typed: string | null = null,
    fault: string | null = null,
  ): Promise<Reply> => {
    const { user, pending } = await signon.read(async (stores) => {
      const found = await findUserFor(stores, actorOf(request), may, personOf(request))
      return { user: found, pending: (await stores.userPage.find(found.id)).pendingEmail }
    })
    const view = {
      ...aroundForm(user),
      was: pending?.email ?? user.email,
      value: typed ?? user.email,
      isInvited: isInvited(user),
      pending: pending && pendingView(pending, user),
      fault,
    }
    return reply.page(changeEmailPage(view), statusOf(fault))
  }

  scope.get(paths.userEmail, { config: { may } }, async (request, reply) =>
    isOneself(request) ? reply.redirect(paths.changeEmail, 302) : show(request, reply),
  )

  scope.post(paths.userEmail, { config: { may } }, async (request, reply) => {
    const newEmail = onlyText(request.body, 'user[email]') ?? ''
    const was = onlyText(request.body, 'was') ?? ''
    const outcome = await attempt(
      changeEmail(signon, actorOf(request), { ...personOf(request), newEmail, was }),
    )
    if ('fault' in outcome) return show(request, reply, newEmail, outcome.fault)
    const { account, pendingEmail } = outcome.done
    return backToUser(request, reply, pendingEmail === null ? updated(account) : sent(pendingEmail))
  })

  scope.post(paths.userEmailResend, { config: { may } }, async (request, reply) => {
    const asked = pendingOf(request)
    const outcome = await attempt(resendPendingEmail(signon, actorOf(request), asked))
    if ('fault' in outcome)
      return backToUser(request, reply, `Failed to send email change email. ${outcome.fault}`, {
        isSuccess: false,
      })
    return backToUser(request, reply, `Successfully resent email change email to ${asked.pendingEmail}`)
  })

  scope.post(paths.userEmailCancel, { config: { may } }, async (request, reply) => {
    const outcome = await attempt(cancelPendingEmail(signon, actorOf(request), pendingOf(request)))
    return 'fault' in outcome
      ? backToUser(request, reply, outcome.fault, { isSuccess: false })
      : backToUser(
          request,
          reply,
          `The change of ${outcome.done.name}’s email address is cancelled. It stays ${outcome.done.email}.`,
        )
  })
}

const sent = (email: string): string =>
  `An email has been sent to ${email}. The address changes when the link in it is followed.`

const pendingOf = (request: Request): PendingEmailOf => ({
  ...personOf(request),
  pendingEmail: onlyText(request.body, 'pending_email') ?? '',
})
