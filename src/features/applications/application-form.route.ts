import { shortLondonMoment } from '#domain/london-time.ts'
import { Conflict } from '#kernel/failure.ts'
import type { ApplicationRecord, ApplicationSettings } from '#store/application-records.ts'
import type { Signon } from '#store/signon.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { formView, typedSettings } from './application-fields.route.ts'
import { type ApplicationView, applicationPage, newApplicationPage } from './application-form.page.ts'
import { applicationIdOf } from './applications.route.ts'
import { changeApplication } from './change-application.ts'
import { createApplication } from './create-application.ts'
import { showNewSecret } from './secret.route.ts'
import { InvalidSettings, type SettingFault, settingLabels, settingWords, versionOf } from './settings.ts'
import { readApplication } from './show-application.ts'

/** Creating and changing applications. Where they are may be http if `allowHttp` says so. */
export const applicationFormRoutes =
  ({ allowHttp }: { readonly allowHttp: boolean }): Routes =>
  (scope, signon) => {
    const mayCreate = { config: { may: 'create an application' } } as const
    scope.get(paths.applicationNew, mayCreate, async (_request, reply) =>
      reply.page(newApplicationPage({ ...formView(blank), action: paths.applicationNew })),
    )

    scope.post(paths.applicationNew, mayCreate, async (request, reply) => {
      const settings = typedSettings(request.body)
      const input = { ...orUndefined(settings), permissions: [], allowHttp }
      const created = await createApplication(signon, actorOf(request), input).catch(faultsOf)
      if (!('faults' in created)) return showNewSecret(reply, created, 'created')
      const view = { ...formView(settings, created.faults), action: paths.applicationNew }
      return reply.page(newApplicationPage(view), 422)
    })

    scope.get(
      paths.application,
      { config: { may: 'look at an application' } },
      async (request, reply): Promise<Reply> => {
        const stored = await storedApplication(signon, request)
        return reply.page(applicationPage({ ...viewOf(stored), ...formView(stored.settings) }))
      },
    )

    const mayChange = { config: { may: 'change an application' } } as const
    scope.post(paths.application, mayChange, async (request, reply) => {
      const id = applicationIdOf(request)
      const settings = typedSettings(request.body)
      const version = onlyText(request.body, 'version') ?? ''
      const input = { id, settings, version, allowHttp }
      const changed = await changeApplication(signon, actorOf(request), input).catch(faultsOf)
      if ('faults' in changed) {
        const stored = await storedApplication(signon, request)
        return reply.page(
          applicationPage({ ...viewOf(stored), ...formView(settings, changed.faults), version }),
          422,
        )
      }
      if (changed.outcome === 'stale') {
        const { stored, fields } = changed
        const faults = fields.map((field) => ({ field, text: meanwhile(field, stored.settings) }))
        return reply.page(applicationPage({ ...viewOf(stored), ...formView(settings, faults) }), 409)
      }
      request.browser.say(
        changed.outcome === 'same'
          ? `Nothing about ${settings.name} was changed.`
          : `Successfully updated ${settings.name}.`,
      )
      return reply.redirect(pathTo(paths.application, { id }), 303)
    })
  }

const blank: ApplicationSettings = {
  name: '',
  description: null,
  homeUri: null,
  redirectUris: [],
  pushUri: null,
  takesPushes: true,
  isApiOnly: false,
  isGdsOnly: false,
  isDirectoryApi: false,
  requiresPkce: true,
}

const orUndefined = (settings: ApplicationSettings) => ({
  ...settings,
  description: settings.description ?? undefined,
  homeUri: settings.homeUri ?? undefined,
  pushUri: settings.pushUri ?? undefined,
})

/** What to say in the form about a refusal; anything else goes on. */
const faultsOf = (error: unknown): { readonly faults: readonly SettingFault[] } => {
  if (error instanceof InvalidSettings) return { faults: error.faults }
  // Nothing but the name of an application is unique.
  if (error instanceof Conflict) return { faults: [{ field: 'name', text: error.message }] }
  throw error
}

const meanwhile = (field: keyof ApplicationSettings, settings: ApplicationSettings): string =>
  `${settingLabels[field]}: somebody else changed this while you had the page open. It is now ${settingWords(settings[field])}. Save again to have what stands here instead.`

const storedApplication = async (signon: Signon, request: Request): Promise<ApplicationRecord> => {
  const id = applicationIdOf(request)
  const nothingMore = async (): Promise<void> => undefined
  const read = await readApplication(signon, actorOf(request), 'look at an application', id, nothingMore)
  return read.application
}

const viewOf = (stored: ApplicationRecord): Omit<ApplicationView, 'fields' | 'problems' | 'faults'> => {
  const { id, retiredAt, settings } = stored
  return {
    name: settings.name,
    action: pathTo(paths.application, { id }),
    version: versionOf(settings),
    clientId: stored.clientId,
    created: shortLondonMoment(stored.createdAt),
    retired: retiredAt && shortLondonMoment(retiredAt),
    links: linksOf(stored),
    readDifferently: readDifferently(stored),
  }
}

const linksOf = ({ id, retiredAt }: ApplicationRecord): ApplicationView['links'] => {
  const inService = [
    { text: 'Edit permissions', href: pathTo(paths.permissions, { id }) },
    { text: 'Rotate its secret', href: pathTo(paths.applicationSecret, { id }) },
  ]
  return [
    { text: 'Users with access', href: pathTo(paths.applicationUsers, { id }) },
    ...(retiredAt === null ? inService : []),
    { text: 'View access log', href: pathTo(paths.applicationLog, { id }) },
    { text: 'View monthly access stats', href: pathTo(paths.applicationStatistics, { id }) },
    {
      text: retiredAt === null ? 'Retire this application' : 'Bring this application back',
      href: pathTo(paths.applicationRetire, { id }),
    },
  ]
}

const readDifferently = ({ settings, effective }: ApplicationRecord): ApplicationView['readDifferently'] => {
  const stored = [settings.homeUri, ...settings.redirectUris, settings.pushUri]
  const read = [effective.homeUri, ...effective.redirectUris, effective.pushUri]
  return stored.flatMap((uri, index) => {
    const other = read[index] ?? null
    return uri === null || other === null || uri === other ? [] : [{ stored: uri, read: other }]
  })
}
