import type { Actor } from '#domain/events.ts'
import type { TimeOrderedId } from '#kernel/token.ts'
import { endOneSession, forgetOneBrowser } from '#store/session-ending.ts'
import type { Session } from '#store/sessions.ts'
import type { Signon } from '#store/signon.ts'

/** Ends one session of the person who asks. Throws `NotFound` for one that is over, or another person's. */
export const endSession = (
  signon: Signon,
  actor: Actor,
  { user }: Session,
  id: TimeOrderedId,
): Promise<void> => signon.transaction((work) => endOneSession(work, actor, user, id))

/** Signs the person out everywhere else; all browsers are asked for the second step again. */
export const endOtherSessions = (signon: Signon, actor: Actor, { id, user }: Session): Promise<void> =>
  signon.transaction(async (work) => {
    await work.sessions.endOthers(user.id, id)
    await work.rememberedBrowsers.endAll(user.id)
    await work.record({ name: 'sessions-ended', about: user }, actor)
  })

/** Asks for the second step in one browser again. Throws `NotFound` for one that is forgotten, or another person's. */
export const forgetBrowser = (
  signon: Signon,
  actor: Actor,
  { user }: Session,
  id: TimeOrderedId,
): Promise<void> => signon.transaction((work) => forgetOneBrowser(work, actor, user, id))

/** Asks for the second step in every browser again. */
export const forgetBrowsers = (signon: Signon, actor: Actor, { user }: Session): Promise<void> =>
  signon.transaction(async (work) => {
    await work.rememberedBrowsers.endAll(user.id)
    await work.record({ name: 'browser-forgotten', about: user, note: 'all of them' }, actor)
  })
