import type { Page } from '#web/page.ts'

/** `fault` is what was wrong with the address that was typed, or nothing. */
export const forgottenPasswordPage = (fault: string | null): Page => ({
  template: 'passwords/forgotten-password.njk',
  view: { title: 'Forgot your passphrase?', fault },
})
