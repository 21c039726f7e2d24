import { dayOf } from '#domain/day.ts'
import type { ResetChoice } from '#domain/mass-reset.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import { roles } from '#domain/user.ts'
import { rowNumber } from '#kernel/token.ts'
import { onlyText, textsOf } from '#web/urlencoded.ts'

/** What is wrong with a field, and which it is. */
export interface FieldFault {
  readonly text: string
  readonly href: string
}

/** The choice as it was sent. Days that are none are left out, and told by `dayFaults`. */
export const choiceIn = (sent: unknown): ResetChoice => {
  const wanted = textsOf(sent, 'roles[]')
  const organisation = rowNumber(onlyText(sent, 'organisation') ?? '')
  return {
    roles: roles.filter((role) => wanted.includes(role)),
    organisation: organisation === undefined ? null : (organisation as OrganisationId),
    withBelow: onlyText(sent, 'with_below') === 'yes',
    since: dayOf(typedDayIn(sent, 'since')),
    before: dayOf(typedDayIn(sent, 'before')),
    isEverybody: onlyText(sent, 'everybody') === 'yes',
    withOneself: onlyText(sent, 'with_oneself') === 'yes',
  }
}

/** A day as it was typed. */
export const typedDayIn = (sent: unknown, name: 'since' | 'before'): string =>
  (onlyText(sent, name) ?? '').trim()

/** Leaving out a day that was mistyped would reset the passwords of many more people. */
export const dayFaults = (sent: unknown): readonly FieldFault[] =>
  (['since', 'before'] as const).flatMap((name) => {
    const typed = typedDayIn(sent, name)
    if (typed === '' || dayOf(typed) !== undefined) return []
    return [
      {
        text: `Enter the day ‘${typed.slice(0, 20)}’ in the correct format, like 27/3/2026`,
        href: `#${name}`,
      },
    ]
  })
