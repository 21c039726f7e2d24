import type { ApplicationId } from '#domain/application.ts'
import type { User } from '#domain/user.ts'
import { TestBrowser } from '#test/browser.ts'

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
