import { day, hour } from '#kernel/clock.ts'

/** What a link that was sent by mail is for. */
export type TokenPurpose = 'invitation' | 'password-reset' | 'email-confirmation' | 'email-objection'

/** How long such a link is good, in milliseconds. */
export const tokenMilliseconds = {
  invitation: 14 * day,
  'password-reset': 6 * hour,
  'email-confirmation': 14 * day,
  'email-objection': 14 * day,
} as const satisfies Record<TokenPurpose, number>
