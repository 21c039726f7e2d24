import { timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { safeReturnAddress } from '#domain/return-address.ts'
import { StaleForm } from '#kernel/failure.ts'
import { randomSecret } from '#kernel/token.ts'
import type { Session } from '#store/sessions.ts'
import type { Signon } from '#store/signon.ts'
import type { CookieName, Cookies } from './cookies.ts'
import { paths } from './paths.ts'
import { onlyText } from './urlencoded.ts'

const flashes = {
  expired: { text: 'Your session expired, please sign in again to continue.', isSuccess: false },
  suspended: {
    text: 'Your account has been suspended. A managing editor or publishing manager in your organisation can lift this suspension.',
    isSuccess: false,
  },
  'signed-out': { text: 'Signed out successfully.', isSuccess: true },
} as const

/** Messages that are shown once, on the next page. Only their name travels, so nobody can put words in our mouth. */
export type Flash = keyof typeof flashes

/** What the browser of one request holds, and what it is to hold next. */
export interface Browser {
  /** The text of the session cookie, whatever it is worth. */
  readonly sessionToken: string | undefined
  /** Hands over a fresh session. */
  keepSession(token: string): void
  forgetSession(): void
  /** Where to go on to after signing in; only addresses of our own are kept. */
  rememberReturn(address: string): void
  readonly returnAddress: string | undefined
  forgetReturn(): void
  /** The application that the person may not use, for the page that says so. */
  rememberApplication(id: number): void
  takeApplication(): number | undefined
  flash(flash: Flash): void
  /** The message to show now, once. */
  takeFlash(): { readonly text: string; readonly isSuccess: boolean } | null
  /** The token for the forms of this answer. */
  csrfToken(session: Session | undefined): string
  /** Throws `StaleForm` unless the form carries a token made for this browser. */
  checkForm(body: unknown): void
}

/** The browser behind one request. */
export const browserOf = (cookies: Cookies, keys: Signon['keys'], random: Signon['random']) => {
  return (request: FastifyRequest, reply: FastifyReply): Browser => {
    const read = (name: CookieName): string | undefined => cookies.read(request, name)
    const write = (name: CookieName, value: string): void => cookies.write(reply, name, value)
    const clear = (name: CookieName): void => {
      if (read(name) !== undefined) cookies.clear(reply, name)
    }
    let visitor = read('visitor')
    return {
      sessionToken: read('session'),
      keepSession: (token) => write('session', token),
      forgetSession: () => clear('session'),
      rememberReturn(address) {
        const safe = safeReturnAddress(address)
        if (safe === undefined || safe === paths.dashboard) clear('return')
        else write('return', safe)
      },
      returnAddress: safeReturnAddress(read('return')),
      forgetReturn: () => clear('return'),
      rememberApplication: (id) => write('application', String(id)),
      takeApplication() {
        const id = read('application')
        clear('application')
        return id !== undefined && /^\d{1,9}$/.test(id) ? Number(id) : undefined
      },
      flash: (flash) => write('flash', flash),
      takeFlash() {
        const name = read('flash')
        clear('flash')
        return name !== undefined && Object.hasOwn(flashes, name) ? flashes[name as Flash] : null
      },
      csrfToken(session) {
        if (session) return keys.mac('csrf', read('session') ?? '').toString('base64url')
        if (visitor === undefined) {
          visitor = randomSecret(random)
          write('visitor', visitor)
        }
        return keys.mac('csrf', visitor).toString('base64url')
      },
      checkForm(body) {
        const sent = Buffer.from(onlyText(body, 'csrf_token') ?? '', 'base64url')
        const made = [read('session'), read('visitor')].flatMap((held) =>
          held ? keys.macs('csrf', held) : [],
        )
        if (!made.some((token) => token.length === sent.length && timingSafeEqual(token, sent)))
          throw new StaleForm(
            'You may have had this page open for a long time, or signed in or out elsewhere. Go back, reload the page, and try again.',
          )
      },
    }
  }
}
