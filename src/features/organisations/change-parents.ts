import type { Actor } from '#domain/events.ts'
import type { Organisation, WhichOrganisation } from '#domain/organisation.ts'
import {
  durationWords,
  type ParentRule,
  type ParentRuleKind,
  type RuleDuration,
  ruleReasonFault,
} from '#domain/parent-rule.ts'
import { Conflict, Invalid } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { versionOf } from '#kernel/version.ts'
import { administratorFor } from '#store/administration.ts'
import type { EdgeOrigin } from '#store/organisation-parents.ts'
import type { Signon, Stores, Work } from '#store/signon.ts'
import { originWords } from './origin-words.ts'

/** One organisation, and one that is or might be directly above it. */
export interface WhichEdge {
  readonly child: WhichOrganisation
  readonly parent: WhichOrganisation
}

export interface RuleParent extends WhichEdge {
  readonly lasts: RuleDuration
  readonly reason: string
  /** What the actor saw to be set, as a `ruleVersion`. */
  readonly was?: string
}

export interface EndParentRule extends WhichEdge {
  /** What the actor saw to be set, as a `ruleVersion`. */
  readonly was?: string
}

export interface NamedEdge {
  readonly child: Organisation
  readonly parent: Organisation
}

export interface ParentChange extends NamedEdge {
  /** `false` when it was so already, perhaps because somebody else was faster. */
  readonly hasChanged: boolean
  /** Is the parent above the child now? */
  readonly isEffective: boolean
}

/**
 * Puts an organisation below another, whatever GOV.UK says. Throws `Conflict` where that would close a circle, and where
 * something else is set than the actor saw.
 */
export const addParent = (signon: Signon, actor: Actor, input: RuleParent): Promise<ParentChange> =>
  rule(signon, actor, 'added', input)

/**
 * Says that an organisation is not below another, whatever GOV.UK says of it now or later. Throws `Conflict` where
 * something else is set than the actor saw.
 */
export const blockParent = (signon: Signon, actor: Actor, input: RuleParent): Promise<ParentChange> =>
  rule(signon, actor, 'blocked', input)

/**
 * Ends what was set by hand: what GOV.UK says holds again. Throws `Conflict` where that would close a circle, and where
 * something else is set than the actor saw.
 */
export const endParentRule = (signon: Signon, actor: Actor, input: EndParentRule): Promise<ParentChange> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'change parents of an organisation')
    await work.organisationParents.lockGraph()
    const edge = await findEdge(work, input)
    const known = await work.organisationParents.seek(idsOf(edge))
    if (!known?.rule) return { ...edge, hasChanged: false, isEffective: known?.isEffective ?? false }
    if (input.was !== undefined && input.was !== ruleVersion(known.rule)) throw setMeanwhile()
    if (known.isInSource && !known.isEffective) await refuseCircle(work, edge)

    await work.organisationParents.endRule(idsOf(edge))
    const note = `${aboveWords(edge)}, was ${known.rule.kind} ${durationWords[known.rule.lasts]}`
    await work.record({ name: 'organisation-parent-rule-ended', about: null, note }, actor)
    return { ...edge, hasChanged: true, isEffective: known.isInSource }
  })

/** Both organisations. Throws `NotFound`, and `Invalid` where they are the same. */
export const findEdge = async (
  { organisations }: Stores,
  { child: lower, parent: upper }: WhichEdge,
): Promise<NamedEdge> => {
  const [child, parent] = [await organisations.find(lower), await organisations.find(upper)]
  if (child.id === parent.id) throw new Invalid('An organisation cannot be a parent of itself.')
  return { child, parent }
}

const rule = (
  signon: Signon,
  actor: Actor,
  kind: ParentRuleKind,
  { lasts, reason: typed, was, ...which }: RuleParent,
): Promise<ParentChange> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'change parents of an organisation')
    const reason = typed.trim()
    refuseFaults([ruleReasonFault(reason)])
    await work.organisationParents.lockGraph()
    const edge = await findEdge(work, which)
    const known = await work.organisationParents.seek(idsOf(edge))
    const isEffective = kind === 'added'
    if (known?.rule && isSame(known.rule, { kind, lasts, reason }))
      return { ...edge, hasChanged: false, isEffective }
    if (was !== undefined && was !== ruleVersion(known?.rule ?? null)) throw unseen(edge, kind, known)
    if (isEffective) await refuseCircle(work, edge)

    await work.organisationParents.setRule(idsOf(edge), { kind, lasts, reason, by: whoIs(actor) })
    const note = `${aboveWords(edge)} ${durationWords[lasts]}: ${reason}`
    await work.record({ name: `organisation-parent-${kind}`, about: null, note }, actor)
    return { ...edge, hasChanged: true, isEffective }
  })

/** A word for what is set by hand of an edge, perhaps nothing, which any change of it changes. */
export const ruleVersion = (rule: Pick<ParentRule, 'kind' | 'lasts' | 'reason'> | null): string =>
  versionOf(rule && [rule.kind, rule.lasts, rule.reason])

/**
 * What somebody is told who means to set something over another thing than they saw: of two who do it at once, nothing
 * of the first is lost, and the second knows (`reference/roles-and-permissions.md` 9, observation 9). A parent that is
 * added is chosen in the form itself, which cannot show what is set of it: that has a page of its own.
 */
const unseen = (
  { child, parent }: NamedEdge,
  kind: ParentRuleKind,
  known: EdgeOrigin | undefined,
): Conflict =>
  kind === 'added' && known?.rule
    ? new Conflict(
        `Something is set by hand of ${parent.name} and ${child.name} already (${originWords(known)}). Nothing was changed: end that on the page of ${child.name} first, and add the parent then.`,
      )
    : setMeanwhile()

const setMeanwhile = (): Conflict =>
  new Conflict(
    'Somebody has set something else since you opened this page. Nothing was changed: look at it, and try again if it is still right.',
  )

/** Throws `Conflict` that tells the way down where the parent is below the child already. */
const refuseCircle = async ({ organisations }: Work, { child, parent }: NamedEdge): Promise<void> => {
  const way = await organisations.findWayDown(child.id, parent.id)
  if (way.length === 0) return
  throw new Conflict(
    `${parent.name} is already below ${child.name}, so it cannot be above it as well. The way down is: ${way.map(({ name }) => name).join(', then ')}.`,
  )
}

const isSame = (known: ParentRule, wanted: Pick<ParentRule, 'kind' | 'lasts' | 'reason'>): boolean =>
  known.kind === wanted.kind && known.lasts === wanted.lasts && known.reason === wanted.reason

const idsOf = ({ child, parent }: NamedEdge) => ({ child: child.id, parent: parent.id })

const whoIs = ({ userId, name }: Actor) =>
  userId === undefined ? { id: null, name: name ?? null } : { id: userId, name: null }

const aboveWords = ({ child, parent }: NamedEdge): string => `${parent.name} above ${child.name}`
