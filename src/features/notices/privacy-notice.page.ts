import type { CookieName } from '#web/cookies.ts'
import type { Page } from '#web/page.ts'

export interface PrivacyNoticeView {
  /** What the names of cookies begin with. */
  readonly cookiePrefix: string
  /** How long a browser is remembered. */
  readonly rememberedDays: number
}

/** What each cookie is for: whoever adds one has to say it here. */
const purposes = {
  session: 'Knows that you are signed in',
  browser: 'Remembers this browser, so that you are not asked for a second step each time',
  visitor: 'Makes sure that a form which you send before you are signed in comes from our own page',
  return: 'Remembers which page or application you were going to when you were asked to sign in',
  application: 'Remembers which application you were not allowed to use, for the page that says so',
  flash: 'Holds a message for the next page that you see, such as that your password was changed',
} as const satisfies Record<CookieName, string>

export const privacyNoticePage = ({ cookiePrefix, rememberedDays }: PrivacyNoticeView): Page => ({
  template: 'notices/privacy-notice.njk',
  view: {
    title: 'Privacy notice',
    rememberedDays,
    cookies: Object.entries(purposes).map(([name, purpose]) => ({
      name: `${cookiePrefix}${name}`,
      purpose,
      ends: name === 'browser' ? `After ${rememberedDays} days` : 'When you close your browser, or before',
    })),
  },
})
