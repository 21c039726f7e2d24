import type { ApplicationId } from '#domain/application.ts'
import { invariant } from '#kernel/failure.ts'
import { paths } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { signinRequiredPage } from './signin-required.page.ts'

/** Tells somebody that they may not use the application that they came from; the application is named once. */
export const signinRequiredRoutes: Routes = (scope, signon) => {
  scope.get(paths.signinRequired, async ({ session, browser }, reply) => {
    invariant(session, 'the page is for signed-in people')
    const id = browser.takeApplication()
    const view = await signon.read(async ({ applications, dashboard }) => {
      const found = id === undefined ? undefined : await applications.seek(id as ApplicationId)
      const { isInGds } = await dashboard.person(session.user.id)
      return { application: found?.retiredAt === null ? found : undefined, isInGds }
    })
    return reply.page(signinRequiredPage(view))
  })
}
