import { roleMay } from '#domain/administration.policy.ts'
import { roleNames } from '#domain/user.ts'
import { paths } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { sessionOf } from '#web/session.ts'
import { accountPage } from './account.page.ts'

export const accountRoutes: Routes = (scope, signon) => {
  scope.get(paths.account, async (request, reply) => {
    const { user } = sessionOf(request)
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
        pending: change ?? null,
        hasSecondFactor: user.hasSecondFactor,
        mayManageAccess: roleMay(user.role, 'look at access'),
        mayChangeRole: roleMay(user.role, 'change a role'),
        mayChangeOrganisation: roleMay(user.role, 'change an organisation'),
      }),
    )
  })
}
