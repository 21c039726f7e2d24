import type { Logger } from 'pino'
import { type ScheduleChanges, scheduleIn } from '#domain/jobs.ts'
import { titleOf } from '#domain/letter.ts'
import { accessRoutes } from '#features/access/access.route.ts'
import { permissionRoutes } from '#features/access/permissions.route.ts'
import { accessOfManyRoutes } from '#features/access-of-many/access-of-many.route.ts'
import { accessLogRoutes } from '#features/account/access-log.route.ts'
import { accountRoutes } from '#features/account/account.route.ts'
import { confirmEmailRoutes } from '#features/account/confirm-email.route.ts'
import { objectToEmailRoutes } from '#features/account/object-to-email.route.ts'
import { ownEmailRoutes } from '#features/account/own-email.route.ts'
import { sessionsRoutes } from '#features/account/sessions.route.ts'
import { apiTokensRoutes } from '#features/api-users/api-tokens.route.ts'
import { apiUserRoutes } from '#features/api-users/api-user.route.ts'
import { apiUsersRoutes } from '#features/api-users/api-users.route.ts'
import { changeApiUserRoutes } from '#features/api-users/change-api-user.route.ts'
import { newTokenRoutes } from '#features/api-users/new-token.route.ts'
import { apiUserPermissionsRoutes } from '#features/api-users/permissions.route.ts'
import { replaceTokenRoutes } from '#features/api-users/replace-token.route.ts'
import { apiUserSuspensionRoutes } from '#features/api-users/suspension.route.ts'
import { applicationFormRoutes } from '#features/applications/application-form.route.ts'
import { applicationsRoutes } from '#features/applications/applications.route.ts'
import { applicationPermissionRoutes } from '#features/applications/permissions.route.ts'
import { reportRoutes } from '#features/applications/reports.route.ts'
import { retirementRoutes } from '#features/applications/retirement.route.ts'
import { secretRoutes } from '#features/applications/secret.route.ts'
import { batchRoutes } from '#features/batches/batches.route.ts'
import { dashboardRoutes } from '#features/dashboard/dashboard.route.ts'
import { healthRoutes } from '#features/health/health.route.ts'
import { createUserRoutes } from '#features/invitations/create-user.route.ts'
import { invitationRoutes } from '#features/invitations/invitations.route.ts'
import { resendInvitationRoutes } from '#features/invitations/resend-invitation.route.ts'
import { massResetRoutes } from '#features/mass-reset/mass-reset.route.ts'
import { noticeRoutes } from '#features/notices/notices.route.ts'
import { authorizeRoutes } from '#features/oauth/authorize.route.ts'
import { tokenRoutes } from '#features/oauth/machines.route.ts'
import { signinRequiredRoutes } from '#features/oauth/signin-required.route.ts'
import { userInfoRoutes } from '#features/oauth/user-info.route.ts'
import { organisationImportRoutes } from '#features/organisation-import/imports.route.ts'
import { mandateRoutes } from '#features/organisations/mandate.route.ts'
import { organisationRoutes } from '#features/organisations/organisation.route.ts'
import { organisationsRoutes } from '#features/organisations/organisations.route.ts'
import {
  addParentRoutes,
  blockParentRoutes,
  endParentRuleRoutes,
} from '#features/organisations/parents.route.ts'
import { changePasswordRoutes } from '#features/passwords/change-password.route.ts'
import { resetPasswordRoutes } from '#features/passwords/reset-password.route.ts'
import { failedJobsRoutes } from '#features/records/failed-jobs.route.ts'
import { recordsRoutes } from '#features/records/records.route.ts'
import { runsRoutes } from '#features/records/runs.route.ts'
import { securityLogRoutes } from '#features/records/security-log.route.ts'
import { signInsRoutes } from '#features/records/sign-ins.route.ts'
import { userLogRoutes } from '#features/records/user-log.route.ts'
import { signInRoutes } from '#features/sign-in/sign-in.route.ts'
import { signOutRoutes } from '#features/sign-in/sign-out.route.ts'
import { deviceRoutes } from '#features/two-step/devices.route.ts'
import { exemptionRoutes } from '#features/two-step/exemption.route.ts'
import { passkeyRoutes } from '#features/two-step/passkeys.route.ts'
import { secondStepRoutes } from '#features/two-step/second-step.route.ts'
import { addDeviceRoutes, setUpRoutes } from '#features/two-step/set-up.route.ts'
import { userTwoStepRoutes } from '#features/two-step/user-two-step.route.ts'
import { userListRoutes } from '#features/user-list/user-list.route.ts'
import { ownRoutes } from '#features/users/own.route.ts'
import { suspensionRoutes } from '#features/users/suspension.route.ts'
import { unlockingRoutes } from '#features/users/unlocking.route.ts'
import { userRoutes } from '#features/users/user.route.ts'
import { userEmailRoutes } from '#features/users/user-email.route.ts'
import { userNameRoutes } from '#features/users/user-name.route.ts'
import { userOrganisationRoutes } from '#features/users/user-organisation.route.ts'
import { userRoleRoutes } from '#features/users/user-role.route.ts'
import { userSessionsRoutes } from '#features/users/user-sessions.route.ts'
import type { Secret } from '#kernel/secret.ts'
import { passkeyVerifier } from '#outside/webauthn.ts'
import type { Signon } from '#store/signon.ts'
import type { Scope } from '#web/routes.ts'
import { createServer, type RouteFact } from '#web/server.ts'
import type { RequestWatch } from '#web/watch.ts'
import { allowsHttp } from './plain-http.ts'

export interface WebOptions {
  readonly publicUrl: string
  readonly environment: string
  readonly trustedProxies: readonly string[]
  readonly anonymousUserIdSecret?: Secret | undefined
  /** Are requests refused that are meant for another host than that of `publicUrl`? */
  readonly refusesOtherHosts?: boolean
  /** When scheduled jobs run otherwise than is usual in the environment. */
  readonly scheduleChanges?: ScheduleChanges
  readonly onRoute?: (route: RouteFact) => void
  readonly watch?: RequestWatch | undefined
  /** Aborted when this process is about to stop. */
  readonly stopping?: AbortSignal
}

/** Every route of every slice on one HTTP server, which does not listen yet. */
export const createWeb = (signon: Signon, logger: Logger, options: WebOptions): Scope => {
  const { publicUrl, environment, scheduleChanges, stopping } = options
  const passkeys = passkeyVerifier(publicUrl)
  return createServer({
    signon,
    publicUrl,
    environment: titleOf(environment),
    trustedProxies: options.trustedProxies,
    refusesOtherHosts: options.refusesOtherHosts,
    anonymousUserIdSecret: options.anonymousUserIdSecret,
    logger,
    watch: options.watch,
    onRoute: options.onRoute,
    machines: [healthRoutes(stopping), tokenRoutes, userInfoRoutes],
    pages: [
      signInRoutes(passkeys.relyingParty),
      signOutRoutes,
      secondStepRoutes(environment, passkeys.relyingParty),
      setUpRoutes(environment),
      addDeviceRoutes(environment),
      deviceRoutes(passkeys),
      passkeyRoutes(environment, passkeys),
      resetPasswordRoutes,
      changePasswordRoutes,
      invitationRoutes,
      dashboardRoutes,
      authorizeRoutes(publicUrl),
      signinRequiredRoutes,
      noticeRoutes({ isSecure: publicUrl.startsWith('https:') }),
      accountRoutes,
      ownEmailRoutes,
      confirmEmailRoutes,
      objectToEmailRoutes,
      sessionsRoutes,
      accessLogRoutes,
      organisationsRoutes,
      organisationImportRoutes,
      organisationRoutes,
      mandateRoutes,
      addParentRoutes,
      blockParentRoutes,
      endParentRuleRoutes,
      userLogRoutes,
      recordsRoutes,
      securityLogRoutes,
      signInsRoutes,
      failedJobsRoutes,
      runsRoutes(scheduleIn(environment, scheduleChanges)),
      apiUsersRoutes,
      apiUserRoutes,
      changeApiUserRoutes,
      apiUserSuspensionRoutes,
      apiTokensRoutes,
      newTokenRoutes,
      replaceTokenRoutes,
      apiUserPermissionsRoutes,
      createUserRoutes,
      resendInvitationRoutes,
      suspensionRoutes,
      unlockingRoutes,
      userTwoStepRoutes,
      exemptionRoutes,
      batchRoutes,
      applicationsRoutes,
      applicationFormRoutes({ allowHttp: allowsHttp({ environment, publicUrl }) }),
      secretRoutes,
      retirementRoutes,
      applicationPermissionRoutes,
      reportRoutes(environment),
      ownRoutes,
      userListRoutes,
      userRoutes,
      userNameRoutes,
      userEmailRoutes,
      userRoleRoutes,
      userOrganisationRoutes,
      userSessionsRoutes,
      accessRoutes,
      permissionRoutes,
      accessOfManyRoutes,
      massResetRoutes,
    ],
  })
}
