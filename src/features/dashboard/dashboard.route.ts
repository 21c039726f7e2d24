import { roleNames } from '#domain/user.ts'
import { paths } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { sessionOf } from '#web/session.ts'
import { dashboardPage } from './dashboard.page.ts'

export const dashboardRoutes: Routes = (scope, signon) => {
  scope.get(paths.dashboard, async (request, reply) => {
    const { user } = sessionOf(request)
    const [applications, { organisationName }] = await signon.read(async ({ dashboard }) => [
      await dashboard.applications(user.id),
      await dashboard.person(user.id),
    ])
    const person = {
      name: user.name,
      email: user.email,
      role: roleNames[user.role],
      organisation: organisationName ?? 'None',
    }
    const twoStep = user.hasSecondFactor ? changeTwoStep : setUpTwoStep
    return reply.page(dashboardPage({ applications, person, twoStep }))
  })
}

// The words that people look for.
const setUpTwoStep = { text: 'Set up 2-step verification', path: paths.twoStepSetUp } as const
const changeTwoStep = { text: 'Change your 2-step verification device', path: paths.devices } as const
