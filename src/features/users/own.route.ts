import { roleMay } from '#domain/administration.policy.ts'
import { type OrganisationId, organisationLabel } from '#domain/organisation.ts'
import { type Role, roleNames } from '#domain/user.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { changeOwnOrganisation } from './change-organisation.ts'
import { changeOwnRole } from './change-own-role.ts'
import { none, organisationChoices, organisationIn, roleChoices, roleIn } from './choices.ts'
import { ownOrganisationPage, ownRolePage } from './own.page.ts'
import { attempt, statusOf } from './person.route.ts'

/** One’s own role and organisation: everybody sees them, few change them (`reference/admin-ui.md` 4.2). */
export const ownRoutes: Routes = (scope, signon) => {
  const showRole = async (
    request: Request,
    reply: Reply,
    chosen: Role | null = null,
    fault: string | null = null,
  ): Promise<Reply> => {
    // As it is stored, whatever was chosen (observation 12).
    const { role } = await signon.single.users.find({ id: sessionOf(request).user.id, kind: 'person' })
    const choices = roleMay(role, 'change a role') ? roleChoices(role, chosen ?? role) : null
    return reply.page(ownRolePage({ present: roleNames[role], was: role, choices, fault }), statusOf(fault))
  }

  scope.get(paths.ownRole, (request, reply) => showRole(request, reply))

  scope.post(paths.ownRole, { config: { may: 'change a role' } }, async (request, reply) => {
    const role = roleIn(onlyText(request.body, 'user[role]'))
    if (role === undefined) return showRole(request, reply, null, 'Choose a role from the list')
    const was = onlyText(request.body, 'was') ?? ''
    const { id } = sessionOf(request).user
    const outcome = await attempt(changeOwnRole(signon, actorOf(request), id, { role, was }))
    if ('fault' in outcome) return showRole(request, reply, role, outcome.fault)
    request.browser.say(`Your role is now ${roleNames[role]}`)
    return reply.redirect(paths.account, 303)
  })

  const showOrganisation = async (
    request: Request,
    reply: Reply,
    chosen?: OrganisationId | null,
    fault: string | null = null,
  ): Promise<Reply> => {
    const view = await signon.read(async ({ users, organisations }) => {
      const { role, organisationId } = await users.find({
        id: sessionOf(request).user.id,
        kind: 'person',
      })
      const present = organisationId ? await organisations.seek(organisationId) : undefined
      const selected = chosen === undefined ? organisationId : chosen
      return {
        present: present ? organisationLabel(present) : 'No organisation',
        was: String(organisationId ?? none),
        choices: roleMay(role, 'change an organisation')
          ? organisationChoices(await organisations.listOpen(), present, selected)
          : null,
      }
    })
    return reply.page(ownOrganisationPage({ ...view, fault }), statusOf(fault))
  }

  scope.get(paths.ownOrganisation, (request, reply) => showOrganisation(request, reply))

  scope.post(paths.ownOrganisation, { config: { may: 'change an organisation' } }, async (request, reply) => {
    const organisationId = organisationIn(onlyText(request.body, 'user[organisation_id]'))
    const was = organisationIn(onlyText(request.body, 'was'))
    if (organisationId === undefined || was === undefined)
      return showOrganisation(request, reply, organisationId, 'Choose an organisation from the list')
    const { id } = sessionOf(request).user
    const outcome = await attempt(
      changeOwnOrganisation(signon, actorOf(request), id, { organisationId, was }),
    )
    if ('fault' in outcome) return showOrganisation(request, reply, organisationId, outcome.fault)
    request.browser.say(`Your organisation is now ${outcome.done}`)
    return reply.redirect(paths.account, 303)
  })
}
