import type { Page } from '#web/page.ts'

export const authorizeRefusedPage = (message: string): Page => ({
  template: 'oauth/authorize-refused.njk',
  view: { title: 'There is a problem with the link to Signon', message },
})
