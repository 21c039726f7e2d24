import type { ApplicationId } from '#domain/application.ts'
import { paths } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { sessionOf } from '#web/session.ts'
import { signinRequiredPage } from './signin-required.page.ts'

/** Tells somebody that they may not use the application that they came from; the application is named once. */
export const signinRequiredRoutes: Routes = (scope, signon) => {
  scope.get(paths.signinRequired, async (request, reply) => {
    const { browser } = request
    const id = browser.takeApplication()
    const view = await signon.read(async ({ applications, dashboard }) => {
      const found = id === undefined ? undefined : await applications.seek(id as ApplicationId)
      const { isInGds } = await dashboard.person(sessionOf(request).user.id)
      return { application: found?.retiredAt === null ? found : undefined, isInGds }
    })
    return reply.page(signinRequiredPage(view))
  })
}
