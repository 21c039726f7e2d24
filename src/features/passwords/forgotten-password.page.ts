import type { Page } from '#web/page.ts'

export const forgottenPasswordPage = (): Page => ({
  template: 'passwords/forgotten-password.njk',
  view: { title: 'Forgot your passphrase?' },
})
