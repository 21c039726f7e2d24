import { thousands } from '#kernel/count.ts'
import { Invalid } from '#kernel/failure.ts'
import type { Standings } from '#store/organisation-pages.ts'
import { organisationBreadcrumbs, organisationOf } from '#web/about-organisation.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { lookAtRequirement } from './look-at-organisation.ts'
import { mandatePage } from './mandate.page.ts'
import { type RequirementChange, requireTwoStepOf } from './require-two-step-of.ts'

export const mandateRoutes: Routes = (scope, signon) => {
  const config = { may: 'require 2-step verification of an organisation' } as const

  const show = async (request: Request, reply: Reply, problem: string | null = null): Promise<Reply> => {
    const { organisation, standings } = await lookAtRequirement(
      signon,
      actorOf(request),
      organisationOf(request),
    )
    const { name, requiresTwoStep: isRequired } = organisation
    const cancelPath = pathTo(paths.organisation, { id: organisation.id })
    const view = {
      name,
      isRequired,
      problem,
      rows: rowsOf(standings, isRequired),
      cancelPath,
      breadcrumbs: [...organisationBreadcrumbs, { text: name, href: cancelPath }],
    }
    return reply.page(mandatePage(view), problem === null ? 200 : 409)
  }

  scope.get(paths.organisationMandate, { config }, (request, reply) => show(request, reply))

  scope.post(paths.organisationMandate, { config }, async (request, reply) => {
    const isRequired = !wasRequired(request)
    const id = organisationOf(request)
    const change = await requireTwoStepOf(signon, actorOf(request), { organisation: { id }, isRequired })
    if (!change.hasChanged)
      return show(
        request,
        reply,
        `Somebody else has done that meanwhile: 2-step verification is ${isRequired ? 'required' : 'not required'} already. Nothing was changed now.`,
      )
    request.browser.say(wordsOf(change, isRequired))
    return reply.redirect(pathTo(paths.organisation, { id }), 303)
  })
}

/** What the form showed: without it, somebody might lift what they meant to require. */
const wasRequired = ({ body }: Request): boolean => {
  const was = onlyText(body, 'was')
  if (was !== 'required' && was !== 'spared')
    throw new Invalid('The form does not say what it is to change. Open it again, and try once more.')
  return was === 'required'
}

const wordsOf = ({ organisation: { name }, standings }: RequirementChange, isRequired: boolean): string => {
  if (!isRequired) return `2-step verification is not required of everybody in ${name} any more.`
  const asked = standings.asked === 1 ? '1 member is' : `${thousands(standings.asked)} members are`
  return `2-step verification is required of everybody in ${name}. ${asked} asked to set it up, and told by email.`
}

const rowsOf = (standings: Standings, isRequired: boolean) => {
  const all = Object.values(standings).reduce((sum, one) => sum + one, 0)
  return [
    { key: 'Members', value: thousands(all) },
    { key: 'Have set it up', value: thousands(standings['set up']) },
    {
      key: isRequired ? 'Will not be asked any more' : 'Will be asked at their next click',
      value: thousands(standings.asked),
    },
    { key: 'Asked anyway, by role or in person', value: thousands(standings['required otherwise']) },
    { key: 'Exempt', value: thousands(standings.exempt) },
    { key: 'Suspended, without having set it up', value: thousands(standings.suspended) },
  ]
}
