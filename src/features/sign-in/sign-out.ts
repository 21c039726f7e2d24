import type { Actor } from '#domain/events.ts'
import type { Session } from '#store/sessions.ts'
import type { Signon } from '#store/signon.ts'

/**
 * Ends a session, and asks every application of the person to make them authenticate again, so that signing out
 * anywhere signs out everywhere (`reference/client-contract.md` 4). Doing it again is harmless.
 */
export const signOut = (signon: Signon, actor: Actor, session: Session, token: string): Promise<void> =>
  signon.transaction(async (work) => {
    if (await work.sessions.end(token)) await work.record({ name: 'signed-out', about: session.user }, actor)
  })
