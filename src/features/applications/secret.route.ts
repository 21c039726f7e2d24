import { shortLondonMoment } from '#domain/london-time.ts'
import { Conflict, Invalid } from '#kernel/failure.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { applicationIdOf } from './applications.route.ts'
import type { CreatedApplication } from './create-application.ts'
import { endOldSecret, rotateSecret } from './rotate-secret.ts'
import { newSecretPage, secretPage } from './secret.page.ts'
import { readApplication } from './show-application.ts'

/** An application's secrets: two may be good at a time, and each is shown once. */
export const secretRoutes: Routes = (scope, signon) => {
  const mayRotate = { config: { may: 'rotate a secret' } } as const
  scope.get(paths.applicationSecret, mayRotate, async (request, reply) => {
    const id = applicationIdOf(request)
    const { application, more } = await readApplication(
      signon,
      actorOf(request),
      'rotate a secret',
      id,
      ({ applicationRecords }) => applicationRecords.secrets(id),
    )
    const { name } = application.settings
    if (application.retiredAt !== null) throw new Conflict(`${name} is retired.`)
    return reply.page(
      secretPage({
        name,
        address: pathTo(paths.application, { id }),
        action: pathTo(paths.applicationSecret, { id }),
        version: more.version,
        madeAt: more.madeAt.map(shortLondonMoment),
      }),
    )
  })

  scope.post(paths.applicationSecret, mayRotate, async (request, reply) => {
    const id = applicationIdOf(request)
    const version = onlyText(request.body, 'version') ?? ''
    const what = onlyText(request.body, 'what')
    if (what === 'rotate')
      return showNewSecret(reply, await rotateSecret(signon, actorOf(request), { id }, version), 'rotated')
    if (what !== 'end-old') throw new Invalid('The form does not say what is to be done.')
    const { name } = await endOldSecret(signon, actorOf(request), id, version)
    request.browser.say(`The old secret of ${name} has ended.`)
    return reply.redirect(pathTo(paths.applicationSecret, { id }), 303)
  })
}

/** Answers a form with the secret itself: it is kept nowhere, and goes into no address, cookie or log. */
export const showNewSecret = (
  reply: Reply,
  { application: { id, name, clientId }, clientSecret }: CreatedApplication,
  how: 'created' | 'rotated',
): Reply =>
  reply.page(
    newSecretPage({
      name,
      clientId,
      clientSecret,
      isNewApplication: how === 'created',
      continueAddress: pathTo(paths.application, { id }),
    }),
  )
