import type { Jobs } from '#domain/jobs.ts'
import type { Signon } from '#store/signon.ts'
import { ownEmail } from './push-credential.ts'

/**
 * Queues one push for each application that must hear of a change to a person. The pushes are queued here and not by
 * the change itself, because a push that is picked up while another of its key is being added swallows that one: by
 * now the change is committed, so the push that runs sees it.
 */
export const announceUser =
  (signon: Signon) =>
  ({ user, update, reauthenticate, application, only }: Jobs['announce-user']): Promise<void> =>
    signon.transaction(async (work) => {
      const person = await work.users.seek(user)
      // Signon's own API user is known wherever it calls, and does not call to speak of itself.
      if (!person || person.email === ownEmail) return
      const isUrgent = reauthenticate || person.suspendedAt !== null
      for (const listener of await work.grants.listeners(user, application)) {
        if (only !== undefined && listener !== only) continue
        const payload = { user, application: listener }
        if (update)
          await work.jobs.add({
            name: 'push-user-update',
            payload: { ...payload, ...(isUrgent && { isUrgent }) },
          })
        if (reauthenticate) await work.jobs.add({ name: 'push-reauthentication', payload })
      }
    })
