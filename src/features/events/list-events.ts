import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { normaliseEmail } from '#domain/user.ts'
import { enforce } from '#kernel/failure.ts'
import type { LoggedEvent } from '#store/events.ts'
import type { Signon } from '#store/signon.ts'

export interface ListEvents {
  /** Only those about the account with this address. */
  readonly email?: string | undefined
  readonly limit: number
}

/** The newest events, newest first. Throws `NotFound` when nobody has the address. */
export const listEvents = async (
  signon: Signon,
  actor: Actor,
  { email, limit }: ListEvents,
): Promise<readonly LoggedEvent[]> => {
  enforce(mayAdminister(actor, 'read the log'))
  return signon.read(async ({ events, users }) => {
    if (email === undefined) return events.list({ limit })
    const { uid } = await users.findByEmail(normaliseEmail(email))
    return events.list({ about: uid, limit })
  })
}
