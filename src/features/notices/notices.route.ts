import { rememberedSeconds } from '#domain/two-step.ts'
import { day, second } from '#kernel/clock.ts'
import { cookiePrefix } from '#web/cookies.ts'
import { paths } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { accessibilityStatementPage } from './accessibility-statement.page.ts'
import { privacyNoticePage } from './privacy-notice.page.ts'

/**
 * What everybody may read at any time (`reference/admin-ui.md` 3.3), also half way through signing in: sent to finish
 * that first, they would afterwards come back here, and not to where they were going.
 */
export const noticeRoutes =
  ({ isSecure }: { readonly isSecure: boolean }): Routes =>
  (scope) => {
    const view = { cookiePrefix: cookiePrefix(isSecure), rememberedDays: (rememberedSeconds * second) / day }

    scope.get(paths.privacyNotice, { config: { access: 'always' } }, async (_request, reply) =>
      reply.page(privacyNoticePage(view)),
    )

    scope.get(paths.accessibilityStatement, { config: { access: 'always' } }, async (_request, reply) =>
      reply.page(accessibilityStatementPage()),
    )
  }
