import type { Page } from '#web/page.ts'
import type { ShownProblems } from './field-problems.ts'

export interface AddPasskeyView extends ShownProblems {
  readonly action: string
  readonly name: string
  /** Of the whole try, rather than of a field. */
  readonly problem: string | null
}

/** Begins a passkey: what it is called, and who asks. */
export const addPasskeyPage = ({ problem, ...view }: AddPasskeyView): Page => {
  const whole = problem === null ? [] : [{ text: problem, href: '#name' }]
  return {
    template: 'two-step/add-passkey.njk',
    view: {
      title: 'Add a passkey',
      ...view,
      problemList: [...whole, ...view.problemList],
    },
  }
}

export interface CreatePasskeyView {
  /** For the browser, as JSON. */
  readonly options: string
  readonly action: string
  readonly name: string
}

/** Asks the device for the passkey, and adds it. */
export const createPasskeyPage = ({ options, action, name }: CreatePasskeyView): Page => ({
  template: 'two-step/create-passkey.njk',
  view: {
    title: 'Create your passkey',
    name,
    passkey: { kind: 'create', action, options, button: 'Create passkey', isSecondary: false },
  },
})
