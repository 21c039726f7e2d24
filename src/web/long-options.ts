import nunjucks from 'nunjucks'
import { rememberedFor } from '#kernel/remembered.ts'
import { escaped } from './escaped.ts'

/** A choice among so many that they scroll in a box of their own. */
export interface LongOption {
  readonly value: string
  readonly text: string
}

/**
 * The checkboxes of a long list of choices, the ticked ones first. There may be more than a thousand of them, so each is
 * as short as it can be, and they are put together here: a loop of a template takes ten times as long.
 */
export const longOptions = (
  options: readonly LongOption[],
  ticked: readonly string[],
  name: string,
): nunjucks.runtime.SafeString => {
  const begin = `<label><input type="checkbox" name="${escaped(name)}" value="`
  const asked = new Set(ticked)
  const [first, others]: [string[], string[]] = [[], []]
  for (const { value, written, label } of choicesOf(options))
    if (asked.has(value)) first.push(`${begin}${written}" checked${label}`)
    else others.push(`${begin}${written}"${label}`)
  return new nunjucks.runtime.SafeString([...first, ...others].join('\n'))
}

/** Most lists come again and again. */
const choicesOf = rememberedFor((options: readonly LongOption[]) =>
  options.map(({ value, text }) => ({ value, written: escaped(value), label: `>${escaped(text)}</label>` })),
)
