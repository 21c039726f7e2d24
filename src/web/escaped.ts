import nunjucks from 'nunjucks'

/** The HTML of a text. Nunjucks exports it, and its types leave it out. */
export const { escape: escaped } = nunjucks.lib as typeof nunjucks.lib & {
  readonly escape: (text: string) => string
}

/** An email address that goes on in the next line after its @, where a column is narrow. */
export const breakableEmail = (address: string): nunjucks.runtime.SafeString =>
  new nunjucks.runtime.SafeString(escaped(address).replace('@', '@<wbr>'))

/** The heading that a cell has where a table is stacked: attributes that a macro takes as they are. */
export const dataHeading = (heading: string): nunjucks.runtime.SafeString =>
  new nunjucks.runtime.SafeString(` data-heading="${escaped(heading)}"`)
