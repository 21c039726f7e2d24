import type { Page } from '#web/page.ts'
import type { DayPart, TypedDay } from './typed-day.ts'

export interface ExemptionView {
  readonly name: string
  readonly breadcrumbs: readonly { readonly text: string; readonly href: string }[]
  readonly cancelPath: string
  /** A word for how all was when the form was made: whoever sends the form has seen that. */
  readonly was: string
  /** Why nothing was changed, though nothing is wrong with what was typed. */
  readonly problem: string | null
  /** What was typed, or the exemption as it is. */
  readonly reason: string
  readonly until: TypedDay
  readonly reasonFault: string | null
  /** What is wrong with a part of the day, or (`part` is null) with the day as a whole. */
  readonly untilFaults: readonly { readonly text: string; readonly part: DayPart | null }[]
  /** They have devices, which an exemption takes away. */
  readonly hasSecondFactor: boolean
  /** The day on which the exemption that they have ends, in words. */
  readonly exemptUntil: string | null
}

export const exemptionPage = (view: ExemptionView): Page => ({
  template: 'two-step/exemption.njk',
  view: {
    title: `Exempt ${view.name} from 2-step verification`,
    ...view,
    problems: [
      ...(view.problem === null ? [] : [{ text: view.problem, href: '#reason' }]),
      ...(view.reasonFault === null ? [] : [{ text: view.reasonFault, href: '#reason' }]),
      ...view.untilFaults.map(({ text, part }) => ({ text, href: `#until-${part ?? 'day'}` })),
    ],
    untilError: view.untilFaults.map(({ text }) => text).join('. '),
    dayItems: [dayItem(view, 'day', 'Day'), dayItem(view, 'month', 'Month'), dayItem(view, 'year', 'Year')],
  },
})

const dayItem = ({ until, untilFaults }: ExemptionView, part: DayPart, label: string) => ({
  id: `until-${part}`,
  name: `exemption[expiry_date][${part}]`,
  label,
  value: until[part],
  classes: `govuk-input--width-${part === 'year' ? 4 : 2}`,
  error: untilFaults.some((fault) => fault.part === part || fault.part === null),
})
