import { type RuleDuration, ruleDurations } from '#domain/parent-rule.ts'
import {
  addParent,
  blockParent,
  endParentRule,
  type ParentChange,
} from '#features/organisations/change-parents.ts'
import { type Answer, type Command, command, type Option, WrongUsage } from './command.ts'
import { withSignon } from './console.ts'
import { oneLine } from './lines.ts'
import { requiredText } from './options.ts'
import { organisationNamed } from './which-organisation.ts'

/** `permanently`, too, because pages and the log say so. */
const until: Option<RuleDuration> = {
  value: 'WHEN',
  about: 'How long it lasts: next-import or permanent.',
  isRequired: true,
  read: ([given]) => {
    const known = ruleDurations.find((one) => one === (given === 'permanent' ? 'permanently' : given))
    if (known === undefined) throw new WrongUsage('must be next-import or permanent')
    return known
  },
}
const options = { until, reason: requiredText('R', 'Why; administrators read it.') }

/** What is set by hand of the organisations' graph, over what GOV.UK says. */
export const organisationParentCommands: readonly Command[] = [
  command({
    words: 'organisations parent add',
    operands: ['child', 'parent'],
    summary: 'Put an organisation below another, whatever GOV.UK says.',
    details:
      'Both by slug. Its other parents stay. A parent that is below the child already is refused. Doing it again changes nothing.',
    options,
    run: ({ child, parent, until: lasts, reason }, environment) =>
      withSignon(environment, async (signon, operator) =>
        answerOf(await addParent(signon, operator, { ...edgeOf(child, parent), lasts, reason })),
      ),
  }),

  command({
    words: 'organisations parent block',
    operands: ['child', 'parent'],
    summary: 'Say that an organisation is not below another, whatever GOV.UK says now or later.',
    details: 'Both by slug. Doing it again changes nothing.',
    options,
    run: ({ child, parent, until: lasts, reason }, environment) =>
      withSignon(environment, async (signon, operator) =>
        answerOf(await blockParent(signon, operator, { ...edgeOf(child, parent), lasts, reason })),
      ),
  }),

  command({
    words: 'organisations parent end',
    operands: ['child', 'parent'],
    summary: 'End what was added or blocked: what GOV.UK says holds again.',
    details: 'Both by slug. Doing it again changes nothing.',
    run: ({ child, parent }, environment) =>
      withSignon(environment, async (signon, operator) =>
        answerOf(await endParentRule(signon, operator, edgeOf(child, parent))),
      ),
  }),
]

const edgeOf = (child: string, parent: string) => ({
  child: organisationNamed(child),
  parent: organisationNamed(parent),
})

const answerOf = ({ child, parent, hasChanged, isEffective }: ParentChange): Answer => {
  const place = `${parent.name} is ${isEffective ? 'a parent' : 'not a parent'} of ${child.name}`
  return {
    document: { child: child.slug, parent: parent.slug, changed: hasChanged, effective: isEffective },
    lines: [oneLine(hasChanged ? `From now on, ${place}.` : `${place} already. Nothing was changed.`)],
  }
}
