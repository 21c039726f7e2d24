import { password } from './people.ts'

/** An answer, its body read. */
export interface Page {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Where it redirects to, or the empty string. */
  readonly location: string
}

type Fields = Readonly<Record<string, string>> | readonly (readonly [string, string])[]

/** A browser without pictures: keeps cookies, follows nothing by itself. */
export class TestBrowser {
  readonly cookies = new Map<string, string>()
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  async send(path: string, init: RequestInit = {}): Promise<Page> {
    const headers = new Headers(init.headers)
    if (!headers.has('accept')) headers.set('accept', 'text/html')
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    if (cookie) headers.set('cookie', cookie)
    const response = await fetch(new URL(path, this.#url), { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    // Where a line may break is not part of what a page says.
    const text = (await response.text()).replaceAll('<wbr>', '')
    return {
      status: response.status,
      headers: response.headers,
      text,
      location: response.headers.get('location') ?? '',
    }
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.send(path, { headers })
  }

  /** Posts the form of the page at `from`: its hidden fields, and these. */
  async post(path: string, fields: Fields, from = path): Promise<Page> {
    const page = await this.get(from)
    const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(
      ([, name = '', value = '']) => [name, value.replaceAll('&amp;', '&')] as const,
    )
    const pairs = Array.isArray(fields) ? fields : Object.entries(fields)
    const unique = new Map(hidden)
    const body = new URLSearchParams([...pairs, ...unique] as [string, string][])
    return this.send(path, { method: 'POST', body })
  }

  /** Signs in on the sign-in page. */
  signIn(email: string, typed = password): Promise<Page> {
    return this.post('/users/sign_in', { 'user[email]': email, 'user[password]': typed })
  }

  /** Enters the code of an authenticator app, after the password. */
  enterCode(code: string): Promise<Page> {
    return this.post(
      '/users/two_step_verification_session',
      { code },
      '/users/two_step_verification_session/new',
    )
  }

  get sessionCookie(): string | undefined {
    return this.cookies.get('__Host-signon_session') ?? this.cookies.get('signon_session')
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';')
    const equals = pair.indexOf('=')
    const name = pair.slice(0, equals)
    const isGone = attributes.some((attribute) =>
      /^\s*(?:max-age=0|expires=thu, 01 jan 1970)/i.test(attribute),
    )
    if (isGone) this.cookies.delete(name)
    else this.cookies.set(name, pair.slice(equals + 1))
  }
}
