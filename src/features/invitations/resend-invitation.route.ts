import type { User } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { findUserFor } from '#store/administration.ts'
import { personOf } from '#web/about-user.ts'
import { type Confirmation, confirmationPage } from '#web/confirmation.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { resendInvitation, resendObstacle } from './resend-invitation.ts'

const config = { may: 'resend an invitation' } as const

/** Sends an invitation again (`reference/accounts-and-sign-in.md` 7.5). */
export const resendInvitationRoutes: Routes = (scope, signon) => {
  scope.get(paths.userInvitationResend, { config }, async (request, reply) => {
    const [actor, whom] = [actorOf(request), personOf(request)]
    const user = await signon.read((stores) => findUserFor(stores, actor, config.may, whom))
    const obstacle = resendObstacle(user)
    if (obstacle !== undefined) return sayWhyNot(request, reply, obstacle)
    return reply.page(confirmationPage(user, resending(user)))
  })

  scope.post(paths.userInvitationResend, { config }, async (request, reply) => {
    try {
      const { id, email } = await resendInvitation(signon, actorOf(request), personOf(request))
      request.browser.say(`Resent account invitation email to ${email}`)
      return reply.redirect(pathTo(paths.user, { id }), 303)
    } catch (error) {
      if (error instanceof Conflict) return sayWhyNot(request, reply, error.message)
      throw error
    }
  })
}

const resending = ({ name, email }: User): Confirmation => ({
  title: `Resend invitation email for ${name}`,
  paragraphs: [
    `The invitation goes to ${email}. They have not accepted the last one yet.`,
    'They are sent a new link, which works for 2 weeks. The link that they have does not work any more.',
  ],
  button: 'Resend invitation email',
  isWarning: false,
})

const sayWhyNot = (request: Request, reply: Reply, obstacle: string): Reply => {
  request.browser.say(obstacle, { isSuccess: false })
  return reply.redirect(pathTo(paths.user, { id: personOf(request).id }), 303)
}
