import { countOf } from '#kernel/count.ts'
import { Invalid } from '#kernel/failure.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { applicationIdOf } from './applications.route.ts'
import { restoreApplication, retireApplication } from './retire-application.ts'
import { retirementPage } from './retirement.page.ts'
import { readApplication } from './show-application.ts'

/** Taking an application out of service, and bringing it back. */
export const retirementRoutes: Routes = (scope, signon) => {
  const mayRetire = { config: { may: 'retire an application' } } as const
  scope.get(paths.applicationRetire, mayRetire, async (request, reply) => {
    const id = applicationIdOf(request)
    const { application, more } = await readApplication(
      signon,
      actorOf(request),
      'retire an application',
      id,
      ({ applicationPages }) => applicationPages.reach(id),
    )
    return reply.page(
      retirementPage({
        name: application.settings.name,
        address: pathTo(paths.application, { id }),
        action: pathTo(paths.applicationRetire, { id }),
        isRetired: application.retiredAt !== null,
        people: countOf(more.people, 'person', 'people'),
        apiTokens: countOf(more.apiTokens, 'API token', 'API tokens'),
      }),
    )
  })

  scope.post(paths.applicationRetire, mayRetire, async (request, reply) => {
    const id = applicationIdOf(request)
    const what = onlyText(request.body, 'what')
    if (what !== 'retire' && what !== 'restore')
      throw new Invalid('The form does not say what is to be done.')
    const isRetiring = what === 'retire'
    const { name } = isRetiring
      ? await retireApplication(signon, actorOf(request), { id })
      : await restoreApplication(signon, actorOf(request), id)
    request.browser.say(isRetiring ? `${name} has been retired.` : `${name} has been brought back.`)
    return reply.redirect(pathTo(paths.application, { id }), 303)
  })
}
