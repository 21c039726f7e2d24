import { type OrganisationId, organisationLabel } from '#domain/organisation.ts'
import type { NamedOrganisation, OrganisationLine } from '#store/organisation-pages.ts'
import { idIn } from '#web/about-organisation.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { onlyText } from '#web/urlencoded.ts'
import { type Link, type OrganisationRow, organisationsPage } from './organisations.page.ts'

const organisationsOnPage = 100

export const organisationsRoutes: Routes = (scope, signon) => {
  scope.get(paths.organisations, { config: { may: 'list organisations' } }, async ({ query }, reply) => {
    const isClosed = onlyText(query, 'closed') === 'true'
    const filter = (onlyText(query, 'filter') ?? '').trim().slice(0, 200)
    const after = idIn(query, 'after') as OrganisationId | undefined
    const [count, found] = await signon.read(async ({ organisationPages }) => [
      await organisationPages.count(filter),
      await organisationPages.list({ isClosed, filter, after, limit: organisationsOnPage + 1 }),
    ])
    const shown = found.slice(0, organisationsOnPage)
    const last = found.length > organisationsOnPage ? shown.at(-1) : undefined
    return reply.page(
      organisationsPage({
        tabs: [
          { text: `Active organisations (${count.open})`, href: listPath({ filter }), isCurrent: !isClosed },
          {
            text: `Closed organisations (${count.closed})`,
            href: listPath({ isClosed: true, filter }),
            isCurrent: isClosed,
          },
        ],
        isClosed,
        filter,
        rows: shown.map(rowOf),
        allPath: listPath({ isClosed }),
        firstPath: after === undefined ? null : listPath({ isClosed, filter }),
        nextPath: last ? listPath({ isClosed, filter, after: last.id }) : null,
      }),
    )
  })
}

interface Listed {
  readonly isClosed?: boolean
  readonly filter?: string
  readonly after?: number
}

const listPath = ({ isClosed = false, filter = '', after }: Listed): string => {
  const query = new URLSearchParams({
    ...(isClosed && { closed: 'true' }),
    ...(filter !== '' && { filter }),
    ...(after !== undefined && { after: String(after) }),
  })
  return query.size === 0 ? paths.organisations : `${paths.organisations}?${query}`
}

const rowOf = (organisation: OrganisationLine): OrganisationRow => ({
  // The tab says which are closed.
  name: organisationLabel({ ...organisation, isClosed: false }),
  path: pathTo(paths.organisation, { id: organisation.id }),
  format: organisation.format ?? 'Not set',
  slug: organisation.slug,
  parents: organisation.parents.map(linkTo),
  requiresTwoStep: organisation.requiresTwoStep,
})

const linkTo = ({ id, name }: NamedOrganisation): Link => ({
  text: name,
  href: pathTo(paths.organisation, { id }),
})
