import { type Organisation, type OrganisationId, organisationLabel } from '#domain/organisation.ts'
import { type RuleDuration, ruleDurations, ruleReasonFault } from '#domain/parent-rule.ts'
import { Conflict, NotFound } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import { idIn, organisationBreadcrumbs, organisationOf } from '#web/about-organisation.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { addParent, blockParent, endParentRule, type ParentChange, ruleVersion } from './change-parents.ts'
import { lookAtParent, lookForParents, type PossibleParents } from './look-at-parents.ts'
import { originWords } from './origin-words.ts'
import { addParentPage, blockParentPage, endParentRulePage, type FieldFault } from './parents.page.ts'

const config = { may: 'change parents of an organisation' } as const

/** Puts an organisation below another by hand. */
export const addParentRoutes: Routes = (scope, signon) => {
  const page = (request: Request) => lookForParents(signon, actorOf(request), organisationOf(request))
  const show = (
    request: Request,
    reply: Reply,
    { child, parents }: PossibleParents,
    faults: readonly FieldFault[] = [],
  ): Reply => {
    const choices = choicesOf(parents, rowNumber(typed(request, 'parent')))
    const view = { ...around(child), ...ruleTyped(request), choices, faults }
    return reply.page(addParentPage(view), statusOf(faults))
  }

  scope.get(paths.organisationParentNew, { config }, async (request, reply) =>
    show(request, reply, await page(request)),
  )

  scope.post(paths.organisationParentNew, { config }, async (request, reply) => {
    const possible = await page(request)
    const chosen = possible.parents.find(({ id }) => String(id) === typed(request, 'parent'))
    const rule = ruleIn(request)
    const faults = [...(chosen ? [] : [notChosen]), ...rule.faults]
    if (!chosen || !rule.lasts || faults.length > 0) return show(request, reply, possible, faults)
    try {
      const edge = { child: { id: possible.child.id }, parent: { id: chosen.id } }
      const change = await addParent(signon, actorOf(request), {
        ...edge,
        lasts: rule.lasts,
        reason: rule.reason,
        was: ruleVersion(null),
      })
      return backToChild(request, reply, change)
    } catch (error) {
      if (!(error instanceof Conflict)) throw error
      return show(request, reply, possible, [{ field: 'parent', text: error.message }])
    }
  })
}

/** Blocks a parent, whatever GOV.UK says of it. The form says what was set by hand when it was made. */
export const blockParentRoutes: Routes = (scope, signon) => {
  const show = async (
    request: Request,
    reply: Reply,
    { was, faults = [], problem = null }: Shown = {},
  ): Promise<Reply> => {
    const { child, parent, origin } = await lookAtParent(signon, actorOf(request), edgeOf(request))
    const view = {
      ...around(child),
      ...ruleTyped(request),
      parent: parent.name,
      was: was ?? ruleVersion(origin?.rule ?? null),
      origin: origin ? originWords(origin) : 'Not from GOV.UK, and nothing is set by hand',
      faults,
      problem,
    }
    return reply.page(blockParentPage(view), problem === null ? statusOf(faults) : 409)
  }

  scope.get(paths.organisationParentBlock, { config }, (request, reply) => show(request, reply))

  scope.post(paths.organisationParentBlock, { config }, async (request, reply) => {
    const was = typed(request, 'was')
    const { lasts, reason, faults } = ruleIn(request)
    if (!lasts || faults.length > 0) return show(request, reply, { was, faults })
    const input = { ...edgeOf(request), lasts, reason, was }
    try {
      return backToChild(request, reply, await blockParent(signon, actorOf(request), input))
    } catch (error) {
      if (!(error instanceof Conflict)) throw error
      return show(request, reply, { problem: error.message })
    }
  })
}

/** How a form that blocks comes back: `was` is what its sender had seen, unless they are to see what is set now. */
interface Shown {
  readonly was?: string
  readonly faults?: readonly FieldFault[]
  readonly problem?: string | null
}

/** Ends what was set by hand of a parent. The form says what that was: of two sent at once, neither does the opposite. */
export const endParentRuleRoutes: Routes = (scope, signon) => {
  const show = async (request: Request, reply: Reply, problem: string | null = null): Promise<Reply> => {
    const { child, parent, origin } = await lookAtParent(signon, actorOf(request), edgeOf(request))
    if (!origin?.rule) throw new NotFound(`Nothing is set by hand of ${parent.name} and ${child.name}.`)
    const view = {
      ...around(child),
      parent: parent.name,
      kind: origin.rule.kind,
      was: ruleVersion(origin.rule),
      isInSource: origin.isInSource,
      origin: originWords(origin),
      problem,
    }
    return reply.page(endParentRulePage(view), problem === null ? 200 : 409)
  }

  scope.get(paths.organisationParentEnd, { config }, (request, reply) => show(request, reply))

  scope.post(paths.organisationParentEnd, { config }, async (request, reply) => {
    const input = { ...edgeOf(request), was: typed(request, 'was') }
    try {
      return backToChild(request, reply, await endParentRule(signon, actorOf(request), input))
    } catch (error) {
      if (!(error instanceof Conflict)) throw error
      return show(request, reply, error.message)
    }
  })
}

const notChosen: FieldFault = { field: 'parent', text: 'Choose a parent from the list' }

const typed = ({ body }: Request, field: string): string => onlyText(body, field) ?? ''

/** How long a rule is to last, and why, as the form has them. */
const ruleTyped = (request: Request) => ({ lasts: typed(request, 'lasts'), reason: typed(request, 'reason') })

const ruleIn = (
  request: Request,
): { readonly lasts?: RuleDuration; readonly reason: string; readonly faults: readonly FieldFault[] } => {
  const { lasts: chosen, reason } = ruleTyped(request)
  const lasts = ruleDurations.find((one) => one === chosen)
  const reasonFault = ruleReasonFault(reason)
  return {
    ...(lasts && { lasts }),
    reason,
    faults: [
      ...(lasts ? [] : [{ field: 'lasts', text: 'Choose how long it lasts' } as const]),
      ...(reasonFault === undefined ? [] : [{ field: 'reason', text: reasonFault } as const]),
    ],
  }
}

/** The two organisations of the address. Throws `NotFound` where it cannot name any. */
const edgeOf = (request: Request) => {
  const parent = idIn(request.params, 'parent')
  if (parent === undefined) throw new NotFound('There is no such organisation.')
  return { child: { id: organisationOf(request) }, parent: { id: parent as OrganisationId } }
}

const around = (child: Organisation) => {
  const cancelPath = pathTo(paths.organisation, { id: child.id })
  return {
    child: child.name,
    cancelPath,
    breadcrumbs: [...organisationBreadcrumbs, { text: child.name, href: cancelPath }],
  }
}

const choicesOf = (parents: PossibleParents['parents'], chosen: number | undefined) => [
  { value: '', text: 'Choose an organisation', selected: chosen === undefined },
  ...parents.map((one) => ({
    value: String(one.id),
    text: organisationLabel(one),
    selected: one.id === chosen,
  })),
]

const statusOf = (faults: readonly FieldFault[]): number => (faults.length === 0 ? 200 : 422)

const backToChild = (request: Request, reply: Reply, change: ParentChange): Reply => {
  request.browser.say(wordsOf(change))
  return reply.redirect(pathTo(paths.organisation, { id: change.child.id }), 303)
}

const wordsOf = ({ child, parent, hasChanged, isEffective }: ParentChange): string => {
  const place = `${parent.name} is ${isEffective ? 'a parent' : 'not a parent'} of ${child.name}`
  return hasChanged ? `From now on, ${place}.` : `${place} already: nothing was changed.`
}
