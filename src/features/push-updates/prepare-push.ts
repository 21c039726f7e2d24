import type { Jobs } from '#domain/jobs.ts'
import type { Push } from '#outside/push-updates.ts'
import type { Signon } from '#store/signon.ts'
import { pushAddress } from './push-address.ts'
import { pushCredential } from './push-credential.ts'

/**
 * What a call to an application about a person needs; nothing when either is gone, or the application is retired or
 * takes no pushes. Throws `Unavailable` when the application cannot be called as things are.
 */
export const preparePush = async (
  signon: Signon,
  { user, application }: Jobs['push-reauthentication'],
): Promise<Push | undefined> => {
  const listener = await signon.single.applications.seek(application)
  if (!listener?.supportsPushUpdates || listener.retiredAt !== null) return undefined
  const person = await signon.single.users.seek(user)
  if (!person) return undefined
  return {
    application: { name: listener.name, address: pushAddress(listener) },
    uid: person.uid,
    token: await pushCredential(signon, application),
  }
}
