import type { Logger } from 'pino'
import { titleOf } from '#domain/letter.ts'
import { accessLogRoutes } from '#features/account/access-log.route.ts'
import { accountRoutes } from '#features/account/account.route.ts'
import { confirmEmailRoutes } from '#features/account/confirm-email.route.ts'
import { objectToEmailRoutes } from '#features/account/object-to-email.route.ts'
import { ownEmailRoutes } from '#features/account/own-email.route.ts'
import { sessionsRoutes } from '#features/account/sessions.route.ts'
import { dashboardRoutes } from '#features/dashboard/dashboard.route.ts'
import { healthRoutes } from '#features/health/health.route.ts'
import { invitationRoutes } from '#features/invitations/invitations.route.ts'
import { authorizeRoutes } from '#features/oauth/authorize.route.ts'
import { tokenRoutes } from '#features/oauth/machines.route.ts'
import { signinRequiredRoutes } from '#features/oauth/signin-required.route.ts'
import { userInfoRoutes } from '#features/oauth/user-info.route.ts'
import { changePasswordRoutes } from '#features/passwords/change-password.route.ts'
import { resetPasswordRoutes } from '#features/passwords/reset-password.route.ts'
import { signInRoutes } from '#features/sign-in/sign-in.route.ts'
import { signOutRoutes } from '#features/sign-in/sign-out.route.ts'
import { deviceRoutes } from '#features/two-step/devices.route.ts'
import { passkeyRoutes } from '#features/two-step/passkeys.route.ts'
import { secondStepRoutes } from '#features/two-step/second-step.route.ts'
import { addDeviceRoutes, setUpRoutes } from '#features/two-step/set-up.route.ts'
import { passkeyVerifier } from '#outside/webauthn.ts'
import type { Signon } from '#store/signon.ts'
import type { Scope } from '#web/routes.ts'
import { createServer, type RouteFact } from '#web/server.ts'

export interface WebOptions {
  readonly publicUrl: string
  readonly environment: string
  readonly trustedProxies: readonly string[]
  readonly onRoute?: (route: RouteFact) => void
}

/** Every route of every slice on one HTTP server, which does not listen yet. */
export const createWeb = (
  signon: Signon,
  logger: Logger,
  { publicUrl, environment, trustedProxies, onRoute }: WebOptions,
): Scope => {
  const passkeys = passkeyVerifier(publicUrl)
  return createServer({
    signon,
    publicUrl,
    environment: titleOf(environment),
    trustedProxies,
    logger,
    onRoute,
    machines: [healthRoutes, tokenRoutes, userInfoRoutes],
    pages: [
      signInRoutes(passkeys.relyingParty),
      signOutRoutes,
      secondStepRoutes(environment, passkeys.relyingParty),
      setUpRoutes(environment),
      addDeviceRoutes(environment),
      deviceRoutes,
      passkeyRoutes(environment, passkeys),
      resetPasswordRoutes,
      changePasswordRoutes,
      invitationRoutes,
      dashboardRoutes,
      authorizeRoutes(publicUrl),
      signinRequiredRoutes,
      accountRoutes,
      ownEmailRoutes,
      confirmEmailRoutes,
      objectToEmailRoutes,
      sessionsRoutes,
      accessLogRoutes,
    ],
  })
}
