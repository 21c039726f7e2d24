import { deviceOf } from '#domain/device.ts'
import { londonDate, shortLondonMoment } from '#domain/london-time.ts'
import type { SessionMethod } from '#domain/session.ts'
import type { ListedBrowser, ListedSession } from '#store/session-list.ts'

/** A session as pages list it. */
export interface SessionLine {
  readonly id: string
  readonly device: string
  /** `9:30am, 2 Nov 2026`, in London; the other times, too. */
  readonly begun: string
  readonly lastUsed: string
  readonly address: string
  readonly how: string
}

/** A remembered browser as pages list it. */
export interface BrowserLine {
  readonly id: string
  readonly device: string
  readonly remembered: string
  readonly lastUsed: string
  readonly until: string
  readonly address: string
}

const methods = {
  password: 'Password',
  code: 'Password and code',
  remembered: 'Password, in a remembered browser',
  'recovery-code': 'Password and recovery code',
  passkey: 'Passkey',
} as const satisfies Record<SessionMethod, string>

/** Puts a session into words. */
export const sessionLine = (session: ListedSession): SessionLine => ({
  id: session.id,
  device: deviceOf(session.userAgent),
  begun: shortLondonMoment(session.begunAt),
  lastUsed: shortLondonMoment(session.lastSeenAt),
  address: session.address ?? 'Unknown',
  how: session.level === 'full' ? methods[session.method] : 'Password; the second step is still to be passed',
})

/** Puts a remembered browser into words. */
export const browserLine = (browser: ListedBrowser): BrowserLine => ({
  id: browser.id,
  device: deviceOf(browser.userAgent),
  remembered: shortLondonMoment(browser.rememberedAt),
  lastUsed: shortLondonMoment(browser.lastUsedAt),
  until: londonDate(browser.expiresAt),
  address: browser.address ?? 'Unknown',
})
