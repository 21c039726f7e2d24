import { deviceOf } from '#domain/device.ts'
import type { Actor } from '#domain/events.ts'
import type { UserId, UserUid } from '#domain/user.ts'
import { NotFound } from '#kernel/failure.ts'
import type { TimeOrderedId } from '#kernel/token.ts'
import type { Work } from './signon.ts'

interface Owner {
  readonly id: UserId
  readonly uid: UserUid
}

/** Ends one session of a person. Throws `NotFound` for one that is over, or another person's. */
export const endOneSession = async (
  work: Work,
  actor: Actor,
  user: Owner,
  session: TimeOrderedId,
): Promise<void> => {
  const ended = await work.sessionList.end(user.id, session)
  if (!ended) throw new NotFound('This session is over already.')
  await work.record({ name: 'session-ended', about: user, note: deviceOf(ended.userAgent) }, actor)
}

/** Has one browser of a person asked for the second step again. Throws `NotFound` as above. */
export const forgetOneBrowser = async (
  work: Work,
  actor: Actor,
  user: Owner,
  browser: TimeOrderedId,
): Promise<void> => {
  const forgotten = await work.sessionList.forget(user.id, browser)
  if (!forgotten) throw new NotFound('This browser is forgotten already.')
  await work.record({ name: 'browser-forgotten', about: user, note: deviceOf(forgotten.userAgent) }, actor)
}

/** Ends the session that the browser had in which `user` signs in: whoever else it belonged to is signed out. */
export const endReplaced = async (
  work: Work,
  from: Actor,
  user: Pick<Owner, 'id'>,
  sessionToken: string,
): Promise<void> => {
  const replaced = await work.sessions.end(sessionToken)
  if (replaced?.isLive && replaced.id !== user.id)
    await work.record({ name: 'signed-out', about: replaced }, { ...from, userId: user.id })
}
