import type { Actor } from '#domain/events.ts'
import type { User, Whom } from '#domain/user.ts'
import type { TimeOrderedId } from '#kernel/token.ts'
import { lockUserFor } from '#store/administration.ts'
import { endOneSession, forgetOneBrowser } from '#store/session-ending.ts'
import type { Signon } from '#store/signon.ts'

/**
 * Signs somebody out everywhere, here and in applications: sessions, remembered browsers, and what applications renew
 * their tokens with. Doing it again is harmless.
 */
export const endUserSessions = (signon: Signon, actor: Actor, whom: Whom): Promise<User> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'end sessions of a user', whom)
    await work.sessions.endAll(user.id)
    await work.rememberedBrowsers.endAll(user.id)
    await work.authorizations.endAll(user.id)
    await work.record({ name: 'sessions-ended', about: user, note: 'in applications, too' }, actor)
    return user
  })

/** Ends one session of somebody. Throws `NotFound` for one that is over, or another person's. */
export const endUserSession = (
  signon: Signon,
  actor: Actor,
  whom: Whom,
  session: TimeOrderedId,
): Promise<void> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'end sessions of a user', whom)
    await endOneSession(work, actor, user, session)
  })

/** Has one browser of somebody asked for the second step again. Throws `NotFound` as above. */
export const forgetUserBrowser = (
  signon: Signon,
  actor: Actor,
  whom: Whom,
  browser: TimeOrderedId,
): Promise<void> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'end sessions of a user', whom)
    await forgetOneBrowser(work, actor, user, browser)
  })
