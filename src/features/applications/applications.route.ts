import type { ApplicationId } from '#domain/application.ts'
import { NotFound } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import { administratorFor } from '#store/administration.ts'
import type { ListedApplication } from '#store/application-pages.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { applicationsPage, type ListedApplicationView } from './applications.page.ts'

/** The list of applications, and the addresses that everything about them had before Signon was rewritten. */
export const applicationsRoutes: Routes = (scope, signon) => {
  scope.get(paths.applications, { config: { may: 'list applications' } }, async (request, reply) => {
    const all = await signon.read(async (stores) => {
      await administratorFor(stores, actorOf(request), 'list applications')
      return stores.applicationPages.list()
    })
    const inService = all.filter(({ isRetired }) => !isRetired)
    const tabs = [
      { id: 'active', label: 'Active applications', of: inService.filter(({ isApiOnly }) => !isApiOnly) },
      { id: 'api-only', label: 'API-only applications', of: inService.filter(({ isApiOnly }) => isApiOnly) },
      { id: 'retired', label: 'Retired applications', of: all.filter(({ isRetired }) => isRetired) },
    ]
    return reply.page(
      applicationsPage({
        newAddress: paths.applicationNew,
        tabs: tabs.map(({ of, ...tab }) => ({ ...tab, applications: of.map(listed) })),
      }),
    )
  })

  const toNewAddress = async ({ url }: Request, reply: Reply): Promise<Reply> =>
    reply.redirect(
      url
        .replace(paths.formerApplications, paths.applications)
        .replace('include_smokey_users=', 'include_test_accounts='),
      301,
    )
  scope.get(paths.formerApplications, { config: { may: 'list applications' } }, toNewAddress)
  scope.get(`${paths.formerApplications}/*`, { config: { may: 'list applications' } }, toNewAddress)
}

const listed = ({ id, name, description }: ListedApplication): ListedApplicationView => ({
  name,
  description: description ?? 'No description',
  address: pathTo(paths.application, { id }),
})

/** The application that an address names. Throws `NotFound` when none can have that number. */
export const applicationIdOf = ({ params }: Request): ApplicationId => {
  const text = onlyText(params, 'id') ?? ''
  const id = rowNumber(text)
  if (id === undefined) throw new NotFound('There is no application of this number.')
  return id as ApplicationId
}
