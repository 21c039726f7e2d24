import type { FastifyReply, FastifyRequest } from 'fastify'
import { safeReturnAddress } from '#domain/return-address.ts'
import { StaleForm } from '#kernel/failure.ts'
import { randomSecret } from '#kernel/token.ts'
import type { Session } from '#store/sessions.ts'
import type { Signon } from '#store/signon.ts'
import type { CookieName, Cookies } from './cookies.ts'
import { paths } from './paths.ts'
import { onlyText } from './urlencoded.ts'

/** What somebody is told who may not come in because they are suspended. */
export const suspendedWords =
  'Your account has been suspended. Your GOV.UK lead or one of your organisation admins can unsuspend it.'

const flashes = {
  expired: { text: 'Your session expired, please sign in again to continue.', isSuccess: false },
  suspended: { text: suspendedWords, isSuccess: false },
  'signed-out': { text: 'Signed out successfully.', isSuccess: true },
  'signed-out-elsewhere': {
    text: 'You have been signed out. Sign in again to continue.',
    isSuccess: false,
  },
  'device-added': { text: 'Authenticator app added.', isSuccess: true },
  'device-removed': { text: 'Authenticator app removed.', isSuccess: true },
  'passkey-added': { text: 'Passkey added.', isSuccess: true },
  'passkey-removed': { text: 'Passkey removed.', isSuccess: true },
  'passkey-refused': {
    text: 'That passkey did not work. Try again, or sign in another way.',
    isSuccess: false,
  },
  'passkey-expired': { text: 'This page was open for too long. Try again.', isSuccess: false },
  'password-needed': {
    text: 'You have no password any more. Select “Forgot your passphrase?” to choose a new one. After that you can sign in with your passkey again.',
    isSuccess: false,
  },
  'password-set': { text: 'Your password was set successfully.', isSuccess: true },
  'invitation-dead': {
    text: 'The invitation token provided is not valid! It may be more than 2 weeks old, or used already. Ask whoever invited you to send you a new invitation.',
    isSuccess: false,
  },
  'invitation-removed': { text: 'Your invitation was removed.', isSuccess: true },
  'password-changed': { text: 'Your password was changed successfully.', isSuccess: true },
  'reset-requested': {
    text: 'If your email address is recognised, you’ll receive an email with instructions about how to reset your password.',
    isSuccess: false,
  },
  'reset-link-incomplete': {
    text: 'You can’t access this page without coming from a password reset email. If you do come from a password reset email, please make sure you used the full URL provided.',
    isSuccess: false,
  },
  'email-change-resent': { text: 'We have sent the confirmation email again.', isSuccess: true },
  'email-change-not-resent': {
    text: 'Failed to send email change email: no change is waiting.',
    isSuccess: false,
  },
  'email-change-cancelled': {
    text: 'You have cancelled your pending email address change.',
    isSuccess: true,
  },
  'email-changed': {
    text: 'Your email address has been changed. Use the new one to sign in from now on.',
    isSuccess: true,
  },
  'email-not-confirmed': {
    text: 'Couldn’t confirm email change. If it still waits in your Settings, resend the confirmation email from there.',
    isSuccess: false,
  },
  'link-of-another': {
    text: 'It appears you followed a link meant for another user. If the link is yours, sign out and then follow it again.',
    isSuccess: false,
  },
  'email-change-stopped': {
    text: 'The change of email address has been stopped, and you have been signed out everywhere. Choose a new password now: somebody else may know yours.',
    isSuccess: true,
  },
  'session-ended': { text: 'That session has ended.', isSuccess: true },
  'sessions-ended': { text: 'You have been signed out everywhere else.', isSuccess: true },
  'browser-forgotten': {
    text: 'That browser is not remembered any more.',
    isSuccess: true,
  },
  'browsers-forgotten': {
    text: 'No browser is remembered any more.',
    isSuccess: true,
  },
} as const

/** Messages that are shown once, on the next page. */
export type Flash = keyof typeof flashes

/** What the browser of one request holds, and what it is to hold next. */
export interface Browser {
  /** The text of the session cookie, whatever it is worth. */
  readonly sessionToken: string | undefined
  /** Hands over a fresh session. */
  keepSession(token: string): void
  forgetSession(): void
  /** The text of the cookie that spares the second step, whatever it is worth. */
  readonly rememberedToken: string | undefined
  /** Hands it over, after the second step was passed. */
  keepRemembered(token: string): void
  /** Where to go on to after signing in; only addresses of our own are kept. */
  rememberReturn(address: string): void
  readonly returnAddress: string | undefined
  forgetReturn(): void
  /** The application that the person may not use, for the page that says so. */
  rememberApplication(id: number): void
  takeApplication(): number | undefined
  flash(flash: Flash): void
  /** The same for words of its own, which nobody else can put in our mouth: they are signed. At most 1,000 characters. */
  say(text: string, tone?: { readonly isSuccess: boolean }): void
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
      rememberedToken: read('browser'),
      keepRemembered: (token) => write('browser', token),
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
      say(text, { isSuccess } = { isSuccess: true }) {
        const said = Buffer.from(`${isSuccess ? '+' : '-'}${text.slice(0, 1000)}`)
        write(
          'flash',
          `${said.toString('base64url')}.${keys.mac('flash', said.toString()).toString('base64url')}`,
        )
      },
      takeFlash() {
        const held = read('flash')
        clear('flash')
        if (held === undefined) return null
        if (Object.hasOwn(flashes, held)) return flashes[held as Flash]
        const [said = '', mac = ''] = held.split('.').map((part) => Buffer.from(part, 'base64url'))
        const text = said.toString()
        if (!keys.isMac('flash', text, Buffer.from(mac))) return null
        return { text: text.slice(1), isSuccess: text.startsWith('+') }
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
        const held = [read('session'), read('visitor')]
        if (!held.some((text) => text && keys.isMac('csrf', text, sent)))
          throw new StaleForm(
            'You may have had this page open for a long time, or signed in or out elsewhere. Go back, reload the page, and try again.',
          )
      },
    }
  }
}
