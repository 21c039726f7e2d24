import type { ParentRuleKind } from '#domain/parent-rule.ts'
import type { Page } from '#web/page.ts'

/** What the pages about one parent of an organisation have in common. */
interface Surroundings {
  readonly child: string
  readonly breadcrumbs: readonly { readonly text: string; readonly href: string }[]
  readonly cancelPath: string
}

/** Something wrong with one field of a form. */
export interface FieldFault {
  readonly field: 'parent' | 'lasts' | 'reason'
  readonly text: string
}

export interface AddParentView extends Surroundings {
  readonly choices: readonly { readonly value: string; readonly text: string; readonly selected: boolean }[]
  /** What was chosen and typed. */
  readonly lasts: string
  readonly reason: string
  readonly faults: readonly FieldFault[]
}

export const addParentPage = (view: AddParentView): Page => ({
  template: 'organisations/rule-parent.njk',
  view: {
    ...ruleView(view),
    title: `Add a parent to ${view.child}`,
    button: 'Add parent',
    parent: null,
    problems: problemsOf(view),
  },
})

export interface BlockParentView extends Omit<AddParentView, 'choices'> {
  readonly parent: string
  /** A word for what was set by hand when the form was made: whoever sends the form has seen that. */
  readonly was: string
  /** What is set now, in words, and who set it. */
  readonly origin: string
  readonly problem: string | null
}

export const blockParentPage = (view: BlockParentView): Page => ({
  template: 'organisations/rule-parent.njk',
  view: {
    ...ruleView(view),
    title: `Block ${view.parent} as a parent of ${view.child}`,
    button: 'Block parent',
    problems: [
      ...(view.problem === null ? [] : [{ text: view.problem, href: '#lasts' }]),
      ...problemsOf(view),
    ],
  },
})

export interface EndParentRuleView extends Surroundings {
  readonly parent: string
  readonly kind: ParentRuleKind
  /** A word for what is set now: whoever sends the form has seen that. */
  readonly was: string
  /** The same in words, and who set it. */
  readonly origin: string
  readonly isInSource: boolean
  readonly problem: string | null
}

export const endParentRulePage = (view: EndParentRuleView): Page => ({
  template: 'organisations/end-parent-rule.njk',
  view: {
    title:
      view.kind === 'blocked'
        ? `Stop blocking ${view.parent} as a parent of ${view.child}`
        : `Remove ${view.parent} as a parent of ${view.child}`,
    button: view.kind === 'blocked' ? 'Stop blocking' : 'Remove parent',
    problems: view.problem === null ? [] : [{ text: view.problem, href: '#end' }],
    ...view,
  },
})

const ruleView = (view: Omit<AddParentView, 'choices'>) => ({
  ...view,
  errors: Object.fromEntries(
    view.faults.map(({ field, text }) => [field, { text, classes: 'signon-breakable' }]),
  ),
})

const problemsOf = ({ faults }: Pick<AddParentView, 'faults'>) =>
  faults.map(({ field, text }) => ({ text, href: `#${field}` }))
