import { noteOfChange } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import type { Signon } from '#store/signon.ts'
import { countDeadLink, type LinkedChange, seekLinkedChange } from './email-change-link.ts'

/** The change that a link lets its old address stop, or that has taken effect already. Looking changes nothing. */
export const seekObjection = (signon: Signon, token: string): Promise<LinkedChange | undefined> =>
  signon.read((stores) => seekLinkedChange(stores, 'email-objection', token))

/**
 * Stops a change of address for whoever has the old one. Somebody else may be in the account, so everybody is signed
 * out of it, here and in applications. `false` when there was nothing to stop any more. Throws `TooManyAttempts` for
 * links that are none.
 */
export const objectToEmail = async (signon: Signon, from: Actor, token: string): Promise<boolean> => {
  const isStopped = await stopChange(signon, from, token)
  if (!isStopped) await countDeadLink(signon, from)
  return isStopped
}

const stopChange = (signon: Signon, from: Actor, token: string): Promise<boolean> =>
  signon.transaction(async (work) => {
    const change = await seekLinkedChange(work, 'email-objection', token)
    if (!change?.isPending) return false
    const user = await work.users.lockById(change.user.id)
    if (!(await work.emailChanges.take(user.id, change.newEmail))) return false

    await work.accountTokens.end(user.id, 'email-confirmation', 'email-objection')
    await work.sessions.endAll(user.id)
    await work.rememberedBrowsers.endAll(user.id)
    const note = noteOfChange(user.email, change.newEmail)
    await work.record({ name: 'email-change-objected', about: user, note }, from)
    return true
  })
