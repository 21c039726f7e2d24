import type { OrganisationId } from '#domain/organisation.ts'
import { findUserFor } from '#store/administration.ts'
import { personOf } from '#web/about-user.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { changeOrganisationPage } from './change.page.ts'
import { changeOrganisation } from './change-organisation.ts'
import { none, organisationChoices, organisationIn } from './choices.ts'
import { aroundForm, attempt, backToUser, isOneself, statusOf, updated } from './person.route.ts'

const may = 'change an organisation'

export const userOrganisationRoutes: Routes = (scope, signon) => {
  const show = async (
    request: Request,
    reply: Reply,
    chosen?: OrganisationId | null,
    fault: string | null = null,
  ): Promise<Reply> => {
    const { user, open, present } = await signon.read(async (stores) => {
      const found = await findUserFor(stores, actorOf(request), may, personOf(request))
      return {
        user: found,
        open: await stores.organisations.listOpen(),
        present: found.organisationId ? await stores.organisations.seek(found.organisationId) : undefined,
      }
    })
    const view = {
      ...aroundForm(user),
      was: String(user.organisationId ?? none),
      choices: organisationChoices(open, present, chosen === undefined ? user.organisationId : chosen),
      obstacle: null,
      fault,
    }
    return reply.page(changeOrganisationPage(view), statusOf(fault))
  }

  scope.get(paths.userOrganisation, { config: { may } }, async (request, reply) =>
    isOneself(request) ? reply.redirect(paths.ownOrganisation, 302) : show(request, reply),
  )

  scope.post(paths.userOrganisation, { config: { may } }, async (request, reply) => {
    const organisationId = organisationIn(onlyText(request.body, 'user[organisation_id]'))
    const was = organisationIn(onlyText(request.body, 'was'))
    if (organisationId === undefined || was === undefined)
      return show(request, reply, organisationId, 'Choose an organisation from the list')
    const outcome = await attempt(
      changeOrganisation(signon, actorOf(request), { ...personOf(request), organisationId, was }),
    )
    return 'fault' in outcome
      ? show(request, reply, organisationId, outcome.fault)
      : backToUser(request, reply, updated(outcome.done))
  })
}
