import { isDeepStrictEqual } from 'node:util'
import { signinPermission } from '#domain/application.ts'
import type { Jobs } from '#domain/jobs.ts'
import { type UserInfoFacts, userInfo } from '#domain/oauth/user-info.ts'
import { after, second } from '#kernel/clock.ts'
import type { ApplicationCaller } from '#outside/push-updates.ts'
import type { Signon } from '#store/signon.ts'
import { preparePush } from './prepare-push.ts'

/** Longer than applications take to save what they were too slow to answer. */
const untilSaved = 30 * second

/** Sends one application what it may know of one person now (`reference/client-contract.md` 8.3). */
export const pushUserUpdate =
  (signon: Signon, caller: ApplicationCaller) =>
  async (payload: Jobs['push-user-update']): Promise<void> => {
    const { user, application } = payload
    const push = await preparePush(signon, payload)
    const sent = push && (await signon.single.grants.userInfo(user, application))
    if (!sent) return
    await caller.update({ ...push, body: userInfo(sent) }).catch(async (fault: unknown) => {
      await tellAgainIfChanged(signon, payload, sent)
      throw fault
    })
    await signon.transaction(async (work) => {
      const latest = await work.grants.userInfo(user, application)
      if (!latest) return
      await work.grants.markSynced(user, application)
      if (!latest.permissions.includes(signinPermission))
        await work.jobs.add({ name: 'push-reauthentication', payload: { user, application } })
      // A newer push may have overtaken this one on the way, so what was sent last must be what holds now.
      if (!isDeepStrictEqual(latest, sent)) await work.jobs.add({ name: 'push-user-update', payload })
    })
  }

/**
 * A push that failed may be saved all the same, and after a newer one, whose coming has most likely ended the tries of
 * this one. So when the person changed on the way, the application is told once more after that.
 */
const tellAgainIfChanged = async (
  { clock, single }: Signon,
  payload: Jobs['push-user-update'],
  sent: UserInfoFacts,
): Promise<void> => {
  const latest = await single.grants.userInfo(payload.user, payload.application)
  if (!latest || isDeepStrictEqual(latest, sent)) return
  const notBefore = after(clock.now(), untilSaved)
  await single.jobs.add({ name: 'push-user-update', payload: { ...payload, isAgain: true }, notBefore })
}
