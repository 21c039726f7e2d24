import type { Page } from '#web/page.ts'
import type { ShownProblems } from './field-problems.ts'

export interface AddPasskeyView extends ShownProblems {
  /** For the browser, as JSON. */
  readonly options: string
  readonly action: string
  readonly name: string
  /** Of the whole try, rather than of a field. */
  readonly problem: string | null
}

/** Makes a passkey and adds it. */
export const addPasskeyPage = ({ options, action, problem, ...view }: AddPasskeyView): Page => {
  const whole = problem === null ? [] : [{ text: problem, href: '#name' }]
  return {
    template: 'two-step/add-passkey.njk',
    view: {
      title: 'Add a passkey',
      ...view,
      passkey: { kind: 'create', action, options, button: 'Add passkey', isSecondary: false },
      problemList: [...whole, ...view.problemList],
    },
  }
}
