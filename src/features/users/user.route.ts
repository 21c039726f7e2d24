import { type AdministrativeAction, mayActUpon } from '#domain/administration.policy.ts'
import { isLocked } from '#domain/lockout.ts'
import { shortLondonMoment } from '#domain/london-time.ts'
import { organisationLabel } from '#domain/organisation.ts'
import { mustUseTwoStep } from '#domain/two-step.ts'
import { roleNames, type User } from '#domain/user.ts'
import { userStatus } from '#domain/user-status.ts'
import type { PendingEmail } from '#store/user-page.ts'
import { personOf } from '#web/about-user.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import type { PendingEmailView } from './change.page.ts'
import { lookAtUser, type UserLookedAt } from './look-at-user.ts'
import { isOneself } from './person.route.ts'
import { type DetailView, userPage } from './user.page.ts'
import {
  type Fact,
  invitationFact,
  mayBeInvitedAgain,
  pendingWords,
  signInByFact,
  statusFact,
  twoStepFact,
  whyManaged,
} from './user-facts.ts'

export const userRoutes: Routes = (scope, signon) => {
  scope.get(paths.user, { config: { may: 'look at a user' } }, async (request, reply) => {
    if (isOneself(request)) return reply.redirect(paths.account, 302)
    const facts = await lookAtUser(signon, actorOf(request), personOf(request))
    const may = permits(facts)
    return reply.page(
      userPage({
        name: facts.user.name,
        breadcrumbs: [{ text: 'Users', href: paths.users }],
        details: detailsOf(facts, signon.clock.now(), may),
        pending:
          facts.pendingEmail && may('change an email address')
            ? pendingView(facts.pendingEmail, facts.user)
            : null,
        security: securityLinks(facts, signon.clock.now(), may),
        permissionsPath: may('look at access') ? pathTo(paths.userApplications, { id: facts.user.id }) : null,
        why: whyManaged(facts),
      }),
    )
  })

  // It leads to the page above, which asks who may see it. Other addresses of Signon look like it, and are nobody's.
  scope.get(paths.formerUser, { config: { access: 'public' } }, async (request, reply) =>
    reply.redirect(pathTo(paths.user, { id: personOf(request).id }), 302),
  )
}

/** Does the policy let the administrator do that to the person? The use cases ask the same. */
type Permits = (action: AdministrativeAction) => boolean

const permits =
  ({ administrator, user }: UserLookedAt): Permits =>
  (action) =>
    mayActUpon(administrator, action, user).allowed

const detailsOf = (facts: UserLookedAt, now: Date, may: Permits): readonly DetailView[] => {
  const { user } = facts
  const changeAt = (action: AdministrativeAction, path: string): string | null =>
    may(action) ? pathTo(path, { id: user.id }) : null
  const status = userStatus(user, now)
  return [
    detail('Name', user.name, changeAt('change a name', paths.userName)),
    detail('Email', user.email, changeAt('change an email address', paths.userEmail)),
    detail(
      'Organisation',
      facts.organisation ? organisationLabel(facts.organisation) : 'None',
      changeAt('change an organisation', paths.userOrganisation),
    ),
    detail('Role', roleNames[user.role], changeAt('change a role', paths.userRole)),
    { ...detail('Status', statusFact(user, status)), status },
    ...optional('Must sign in by', signInByFact(user)),
    detail('2-step verification', twoStepFact(facts.twoStep)),
    detail('Last signed in', user.lastSignedInAt ? shortLondonMoment(user.lastSignedInAt) : 'Never'),
    ...optional('Invited', invitationFact(user, facts.invitedBy)),
  ]
}

const detail = (key: string, fact: string | Fact, changePath: string | null = null): DetailView => ({
  key,
  ...(typeof fact === 'string' ? { value: fact, note: null } : fact),
  status: null,
  changePath,
})

const optional = (key: string, fact: Fact | undefined): readonly DetailView[] =>
  fact ? [detail(key, fact)] : []

/** A change of address that waits, and what is done about it. */
export const pendingView = (pending: PendingEmail, user: User): PendingEmailView => ({
  email: pending.email,
  words: pendingWords(pending, user),
  resendPath: pathTo(paths.userEmailResend, { id: user.id }),
  cancelPath: pathTo(paths.userEmailCancel, { id: user.id }),
})

/** Under “Account security”: what can be done now, in the words that the manual names. */
const securityLinks = (
  { user, twoStep }: UserLookedAt,
  now: Date,
  may: Permits,
): readonly { readonly text: string; readonly href: string }[] => {
  const isSuspended = user.suspendedAt !== null
  const isExemptible = user.role === 'normal'
  const links: readonly (readonly [AdministrativeAction, isSensible: boolean, text: string, path: string])[] =
    [
      [
        'reset 2-step verification',
        twoStep.hasSecondFactor,
        'Reset 2-step verification',
        paths.userTwoStepReset,
      ],
      [
        'require 2-step verification',
        !mustUseTwoStep(twoStep),
        `Turn on 2-step verification for this user${twoStep.isExempt ? ' (this will remove their exemption)' : ''}`,
        paths.userTwoStepMandate,
      ],
      [
        'exempt from 2-step verification',
        isExemptible,
        twoStep.isExempt ? 'Edit 2-step verification exemption' : 'Exempt user from 2-step verification',
        paths.userTwoStepExemption,
      ],
      ['suspend a user', !isSuspended, 'Suspend user', paths.userSuspension],
      ['unsuspend a user', isSuspended, 'Unsuspend user', paths.userSuspension],
      ['unlock a user', isLocked(user.lockedAt, now), 'Unlock account', paths.userUnlock],
      [
        'resend an invitation',
        mayBeInvitedAgain(user),
        'Resend invitation email',
        paths.userInvitationResend,
      ],
      ['end sessions of a user', true, 'View sessions', paths.userSessions],
      ['read the log of a user', true, 'View account access log', paths.userAccessLog],
    ]
  return links
    .filter(([action, isSensible]) => isSensible && may(action))
    .map(([, , text, path]) => ({ text, href: pathTo(path, { id: user.id }) }))
}
