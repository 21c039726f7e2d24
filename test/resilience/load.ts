import type { ApplicationId } from '#domain/application.ts'
import type { User } from '#domain/user.ts'
import { TestBrowser } from '#test/browser.ts'
import { type TokenAnswer, testClient } from '#test/client.ts'
import type { TestApplication } from '#test/people.ts'

/** Something that is done again and again until it is told to stop. */
export interface Load {
  /** How often each status was the answer; 0 where a connection was cut. */
  readonly seen: Readonly<Record<number, number>>
  /** How often it was acknowledged, with a redirect. */
  done(): number
  stop(): Promise<void>
}

/** Does it in so many loops at once. `act` answers the status that it got. */
export const keepDoing = (loops: number, act: () => Promise<number>): Load => {
  let isOver = false
  const seen: Record<number, number> = {}
  const loop = async (): Promise<void> => {
    while (!isOver) {
      const status = await act().catch(() => 0)
      seen[status] = (seen[status] ?? 0) + 1
    }
  }
  const running = Promise.all(Array.from({ length: loops }, loop))
  return {
    seen,
    done: () => (seen[302] ?? 0) + (seen[303] ?? 0),
    async stop() {
      isOver = true
      await running
    },
  }
}

/** Signs in with a fresh browser. */
export const signInAgain = async (url: string, email: string): Promise<number> => {
  const browser = new TestBrowser(url)
  const form = await browser.get('/users/sign_in')
  return form.status === 200 ? (await browser.signIn(email)).status : form.status
}

/** An administrator at work on one person. */
export interface Editor {
  readonly user: User
  /** Whether the person has access, as far as the answers tell. */
  hasAccess(): boolean
  /** How many changes were acknowledged. */
  acknowledged(): number
  /** Gives the person access, or takes it away, whichever is next. A change without an answer is tried again. */
  change(): Promise<number>
}

/** An administrator with this session, who lets one person into one application and out again. */
export const editorOf = (url: string, session: string, user: User, application: ApplicationId): Editor => {
  const browser = new TestBrowser(url)
  browser.cookies.set('signon_session', session)
  const list = `/users/${user.id}/applications`
  const signin = `${list}/${application}/signin_permission`
  let hasAccess = false
  let acknowledged = 0
  return {
    user,
    hasAccess: () => hasAccess,
    acknowledged: () => acknowledged,
    async change() {
      const form = await browser.get(hasAccess ? `${signin}/delete` : list)
      const [, token = ''] = /name="csrf_token" value="([^"]+)"/.exec(form.text) ?? []
      const body = new URLSearchParams({ csrf_token: token })
      const { status } =
        form.status === 200
          ? await browser.send(hasAccess ? `${signin}/delete` : signin, { method: 'POST', body })
          : form
      if (status === 303) acknowledged += 1
      // A removal whose answer was lost: there is nothing left to remove.
      if (status === 303 || status === 404) hasAccess = !hasAccess
      return status
    },
  }
}

/** What an application was told of the tokens of one sign-in: the newest refresh token, and whether it gave them up. */
export interface ToldFamily {
  readonly refreshToken: string
  readonly isRevoked: boolean
}

/** An application that somebody with this session signs in to, again and again. */
export interface Exchanger {
  /** What came of those sign-ins of which every answer came. */
  readonly told: readonly ToldFamily[]
  /** Answers that contradict one that came before. */
  readonly contradictions: readonly string[]
  /** Asks for a code, exchanges it, refreshes; every other time it gives the tokens up. */
  signIn(): Promise<number>
  /** Is this refresh token still good? It is used up. */
  isGood(refreshToken: string): Promise<boolean>
}

export const exchangerOf = (url: string, session: string, application: TestApplication): Exchanger => {
  const browser = new TestBrowser(url)
  browser.cookies.set('signon_session', session)
  const client = testClient(url, application)
  const told: ToldFamily[] = []
  const contradictions: string[] = []
  const refreshTokenIn = ({ body }: TokenAnswer): string => String(body['refresh_token'])
  return {
    told,
    contradictions,
    async signIn() {
      const { status, location } = await browser.get(client.authorizePath())
      const code = status === 302 ? new URL(location, url).searchParams.get('code') : null
      if (code === null) return status === 302 ? 500 : status
      const first = await client.exchange(code)
      if (first.status !== 200) return first.status
      const second = await client.refresh(refreshTokenIn(first))
      if (second.status === 400) contradictions.push('a refresh token that was issued is refused')
      if (second.status !== 200) return second.status
      const refreshToken = refreshTokenIn(second)
      const isRevoked = told.length % 2 === 0
      const third = isRevoked ? await client.revoke(refreshToken) : second
      if (third.status === 200) told.push({ refreshToken, isRevoked })
      return third.status === 200 ? 302 : third.status
    },
    isGood: async (refreshToken) => (await client.refresh(refreshToken)).status === 200,
  }
}
