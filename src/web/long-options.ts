import nunjucks from 'nunjucks'

/** A choice among so many that they scroll in a box of their own. */
export interface LongOption {
  readonly value: string
  readonly text: string
  readonly isTicked: boolean
}

/**
 * The checkboxes of a long list of choices. There may be more than a thousand of them, so each is as short as it can be,
 * and they are put together here: a loop of a template takes ten times as long.
 */
export const longOptions = (options: readonly LongOption[], name: string): nunjucks.runtime.SafeString => {
  const begin = `<label><input type="checkbox" name="${escaped(name)}" value="`
  const lines = options.map(
    ({ value, text, isTicked }) =>
      `${begin}${escaped(value)}"${isTicked ? ' checked' : ''}>${escaped(text)}</label>`,
  )
  return new nunjucks.runtime.SafeString(lines.join('\n'))
}

// Nunjucks exports it, and its types leave it out.
const { escape: escaped } = nunjucks.lib as typeof nunjucks.lib & {
  readonly escape: (text: string) => string
}
