import type { Page } from '#web/page.ts'

export const accessibilityStatementPage = (): Page => ({
  template: 'notices/accessibility-statement.njk',
  view: { title: 'Accessibility statement' },
})
