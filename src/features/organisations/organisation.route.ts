import { roleMay } from '#domain/administration.policy.ts'
import { londonDate } from '#domain/london-time.ts'
import { organisationLabel } from '#domain/organisation.ts'
import { roleNames, type User, type UserId } from '#domain/user.ts'
import { userStatus } from '#domain/user-status.ts'
import { countOf } from '#kernel/count.ts'
import type { OrganisationDetails } from '#store/organisation-pages.ts'
import { idIn, organisationBreadcrumbs, organisationOf } from '#web/about-organisation.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { lookAtOrganisation, type OrganisationSeen } from './look-at-organisation.ts'
import { graphOf } from './neighbours.route.ts'
import { type OrganisationView, organisationPage } from './organisation.page.ts'

const peopleOnPage = 25

export const organisationRoutes: Routes = (scope, signon) => {
  scope.get(paths.organisation, { config: { may: 'look at an organisation' } }, async (request, reply) => {
    const after = idIn(request.query, 'after') as UserId | undefined
    const seen = await lookAtOrganisation(signon, actorOf(request), {
      organisation: organisationOf(request),
      after,
      limit: peopleOnPage + 1,
    })
    const { role } = sessionOf(request).user
    return reply.page(
      organisationPage({
        ...viewOf(seen, signon.clock.now(), after),
        ...graphOf(seen, roleMay(role, 'change parents of an organisation')),
        mandatePath: roleMay(role, 'require 2-step verification of an organisation')
          ? pathTo(paths.organisationMandate, { id: seen.organisation.id })
          : null,
      }),
    )
  })
}

type View = Omit<OrganisationView, 'mandatePath' | keyof ReturnType<typeof graphOf>>

const viewOf = (
  { organisation, count, people }: OrganisationSeen,
  now: Date,
  after: UserId | undefined,
): View => {
  const shown = people.slice(0, peopleOnPage)
  const last = people.length > peopleOnPage ? shown.at(-1) : undefined
  const own = pathTo(paths.organisation, { id: organisation.id })
  return {
    name: organisation.name,
    breadcrumbs: organisationBreadcrumbs,
    facts: factsOf(organisation),
    requiresTwoStep: organisation.requiresTwoStep,
    requiredSince: organisation.requiredSince && londonDate(organisation.requiredSince),
    count: countOf(count, 'person', 'people'),
    people: shown.map((person) => personOf(person, now)),
    usersPath: `${paths.users}?${new URLSearchParams({ 'organisations[]': String(organisation.id) })}`,
    firstPath: after === undefined ? null : own,
    nextPath: last ? `${own}?after=${last.id}` : null,
  }
}

const factsOf = (organisation: OrganisationDetails): OrganisationView['facts'] => [
  { key: 'Name', value: organisationLabel(organisation) },
  { key: 'Type', value: organisation.format ?? 'Not set' },
  { key: 'Slug', value: organisation.slug },
  { key: 'Content ID', value: organisation.contentId },
  { key: 'Status', value: organisation.isClosed ? 'Closed' : 'Active' },
  ...(organisation.vanishedAt
    ? [{ key: 'On GOV.UK', value: `Not listed since ${londonDate(organisation.vanishedAt)}` }]
    : []),
]

const personOf = (person: User, now: Date): OrganisationView['people'][number] => ({
  name: person.name,
  path: pathTo(paths.user, { id: person.id }),
  email: person.email,
  role: roleNames[person.role],
  status: userStatus(person, now),
})
