import type { Logger } from 'pino'
import { dashboardRoutes } from '#features/dashboard/dashboard.route.ts'
import { healthRoutes } from '#features/health/health.route.ts'
import { authorizeRoutes } from '#features/oauth/authorize.route.ts'
import { tokenRoutes } from '#features/oauth/machines.route.ts'
import { signinRequiredRoutes } from '#features/oauth/signin-required.route.ts'
import { userInfoRoutes } from '#features/oauth/user-info.route.ts'
import { signInRoutes } from '#features/sign-in/sign-in.route.ts'
import { signOutRoutes } from '#features/sign-in/sign-out.route.ts'
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
): Scope =>
  createServer({
    signon,
    publicUrl,
    environment: environment.charAt(0).toUpperCase() + environment.slice(1),
    trustedProxies,
    logger,
    onRoute,
    machines: [healthRoutes, tokenRoutes, userInfoRoutes],
    pages: [signInRoutes, signOutRoutes, dashboardRoutes, authorizeRoutes(publicUrl), signinRequiredRoutes],
  })
