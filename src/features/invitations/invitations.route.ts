import { newPasswordView } from '#web/new-password.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { acceptInvitationPage } from './accept-invitation.page.ts'
import { acceptInvitation } from './accept-invitation.ts'
import { declineInvitationPage } from './decline-invitation.page.ts'
import { declineInvitation } from './decline-invitation.ts'
import { seekInvited } from './open-invitation.ts'

const access = 'public'

/** For whoever holds the link of an invitation. Somebody who is signed in has accepted theirs long ago. */
export const invitationRoutes: Routes = (scope, signon) => {
  scope.get(paths.acceptInvitation, { config: { access } }, async (request, reply) => {
    if (request.session) return reply.redirect(paths.dashboard, 302)
    const token = onlyText(request.query, 'invitation_token') ?? ''
    const invited = await seekInvited(signon, token)
    if (!invited) return refuseLink(request, reply)
    const newPassword = newPasswordView(await signon.single.passwords.owner(invited.id))
    return reply.page(acceptInvitationPage({ token, email: invited.email, newPassword }))
  })

  scope.post(paths.acceptInvitation, { config: { access } }, async (request, reply) => {
    if (request.session) return reply.redirect(paths.dashboard, 302)
    const token = sentToken(request)
    const result = await acceptInvitation(signon, actorOf(request), {
      token,
      password: onlyText(request.body, 'user[password]') ?? '',
      confirmation: onlyText(request.body, 'user[password_confirmation]') ?? '',
    })
    if (result.outcome === 'dead link') return refuseLink(request, reply)
    if (result.outcome === 'refused') {
      const { owner, faults } = result
      const newPassword = newPasswordView(owner, faults)
      return reply.page(acceptInvitationPage({ token, email: owner.email, newPassword }))
    }
    request.browser.flash('password-set')
    return reply.redirect(paths.signIn, 302)
  })

  scope.get(paths.declineInvitation, { config: { access } }, async (request, reply) => {
    if (request.session) return reply.redirect(paths.dashboard, 302)
    const token = onlyText(request.query, 'invitation_token') ?? ''
    const invited = await seekInvited(signon, token)
    if (!invited) return refuseLink(request, reply)
    return reply.page(declineInvitationPage({ token, email: invited.email }))
  })

  scope.post(paths.declineInvitation, { config: { access } }, async (request, reply) => {
    if (request.session) return reply.redirect(paths.dashboard, 302)
    if (!(await declineInvitation(signon, actorOf(request), sentToken(request))))
      return refuseLink(request, reply)
    request.browser.flash('invitation-removed')
    return reply.redirect(paths.signIn, 302)
  })
}

const sentToken = ({ body }: Request): string => onlyText(body, 'user[invitation_token]') ?? ''

const refuseLink = (request: Request, reply: Reply): Reply => {
  request.browser.flash('invitation-dead')
  return reply.redirect(paths.signIn, 302)
}
