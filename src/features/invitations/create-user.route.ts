import { managedRoles, roleMay } from '#domain/administration.policy.ts'
import type { ApplicationId } from '#domain/application.ts'
import { type OrganisationId, organisationLabel } from '#domain/organisation.ts'
import { type Role, roleNames, roles } from '#domain/user.ts'
import { Conflict, Invalid } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import type { Signon } from '#store/signon.ts'
import { paths, pathTo } from '#web/paths.ts'
import { chosenPermissions, defaultPermissions, permissionChoices } from '#web/permission-choices.ts'
import type { Request, Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { onlyText, textsOf } from '#web/urlencoded.ts'
import { type CreateUserFault, type CreateUserView, createUserPage } from './create-user.page.ts'
import { FaultyInvitation } from './invitation-faults.ts'
import { type InviteUser, inviteUser } from './invite-user.ts'

const config = { may: 'invite a user' } as const

/** Invites one person, with all that they are given, in one form (`reference/admin-ui.md` 5.3 and 5.4). */
export const createUserRoutes: Routes = (scope, signon) => {
  scope.get(paths.inviteUser, { config }, async (request, reply) =>
    reply.page(createUserPage(await viewOf(signon, request))),
  )

  scope.post(paths.sendInvitation, { config }, async (request, reply) => {
    const typed = typedIn(request)
    try {
      const { id, name, email } = await inviteUser(signon, actorOf(request), typed)
      request.browser.say(`${name} has been invited. An invitation email has been sent to ${email}.`)
      return reply.redirect(pathTo(paths.user, { id }), 303)
    } catch (error) {
      const faults = faultsIn(error)
      if (!faults) throw error
      return reply.page(createUserPage(await viewOf(signon, request, typed, faults)), 422)
    }
  })
}

const typedIn = ({ body }: Request): InviteUser => ({
  name: onlyText(body, 'user[name]') ?? '',
  email: onlyText(body, 'user[email]') ?? '',
  role: roleIn(body),
  organisationId: organisationIn(body),
  permissions: chosenPermissions(body),
  mustUseTwoStep: textsOf(body, 'user[require_2sv]').includes('1'),
})

/** Who was not offered a choice sends none: whoever does is judged by what they sent. */
const roleIn = (body: unknown): Role | undefined => {
  const sent = textsOf(body, 'user[role]')
  if (sent.length === 0) return undefined
  const role = roles.find((one) => one === sent[0])
  if (!role || sent.length > 1) throw new Invalid('There is no such role. Go back and choose one.')
  return role
}

/** What is no id stands for an organisation that is not there. */
const organisationIn = (body: unknown): OrganisationId | undefined => {
  const text = onlyText(body, 'user[organisation_id]') ?? ''
  if (text === '') return undefined
  return (rowNumber(text) ?? 0) as OrganisationId
}

const faultsIn = (error: unknown): readonly CreateUserFault[] | undefined => {
  if (error instanceof FaultyInvitation) return error.faults
  return error instanceof Conflict ? [{ at: 'email', text: `${error.message} ${resendHint}` }] : undefined
}

const resendHint = 'If they have not accepted their invitation, you can resend it from their page'

/** The form: empty, with what everybody new gets; or with what was typed, and what is wrong with it. */
const viewOf = async (
  signon: Signon,
  request: Request,
  typed: InviteUser = { name: '', email: '' },
  faults: readonly CreateUserFault[] = [],
): Promise<CreateUserView> => {
  const { open, offered } = await signon.read(async ({ organisations, invitationForm }) => ({
    open: await organisations.listOpen(),
    offered: await invitationForm.applications(),
  }))
  const chosen = typed.permissions ?? defaultPermissions(offered)
  return {
    name: typed.name,
    email: typed.email,
    organisations: [
      { value: '', text: 'None', isChosen: typed.organisationId === undefined },
      ...open.map((organisation) => ({
        value: String(organisation.id),
        text: organisationLabel(organisation),
        isChosen: organisation.id === typed.organisationId,
      })),
    ],
    roles: rolesToChoose(sessionOf(request).user.role, typed.role ?? 'normal'),
    // Nobody has chosen an organisation yet, and of people without one it is required (`reference/admin-ui.md` 6.4).
    mustUseTwoStep: typed.mustUseTwoStep ?? true,
    applications: permissionChoices(offered, chosen, faultsByApplication(faults)),
    faults,
    cancelPath: paths.users,
  }
}

const roleHints = {
  normal: 'Uses applications, and manages nobody.',
  organisation_admin: 'Manages the users of their own organisation.',
  super_organisation_admin: 'Manages the users of their own organisation and of every organisation below it.',
  admin: 'Manages all users but superadmins, and invites new ones.',
  superadmin: 'Manages all users, applications and API users.',
} as const satisfies Record<Role, string>

const rolesToChoose = (own: Role, chosen: Role): CreateUserView['roles'] =>
  roleMay(own, 'choose a role')
    ? managedRoles(own).map((role) => ({
        value: role,
        text: roleNames[role],
        hint: roleHints[role],
        isChosen: role === chosen,
      }))
    : []

const faultsByApplication = (faults: readonly CreateUserFault[]): ReadonlyMap<ApplicationId, string> =>
  new Map(faults.flatMap(({ at, text }) => (typeof at === 'number' ? [[at, text] as const] : [])))
