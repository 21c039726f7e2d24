import { roleNames } from '#domain/user.ts'
import { invariant } from '#kernel/failure.ts'
import { paths } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { accountPage } from './account.page.ts'

export const accountRoutes: Routes = (scope, signon) => {
  scope.get(paths.account, async ({ session }, reply) => {
    invariant(session, 'settings are for signed-in people')
    const { user } = session
    const [{ organisationName }, change] = await signon.read(async ({ dashboard, emailChanges }) => [
      await dashboard.person(user.id),
      await emailChanges.seek(user.id),
    ])
    return reply.page(
      accountPage({
        name: user.name,
        email: user.email,
        role: roleNames[user.role],
        organisation: organisationName ?? 'None',
        pendingEmail: change?.email ?? null,
        hasSecondFactor: user.hasSecondFactor,
      }),
    )
  })
}
