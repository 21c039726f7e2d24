import { isDeepStrictEqual } from 'node:util'
import { signinPermission } from '#domain/application.ts'
import type { Jobs } from '#domain/jobs.ts'
import { userInfo } from '#domain/oauth/user-info.ts'
import type { ApplicationCaller } from '#outside/push-updates.ts'
import type { Signon } from '#store/signon.ts'
import { preparePush } from './prepare-push.ts'

/** Sends one application what it may know of one person now (`reference/client-contract.md` 8.3). */
export const pushUserUpdate =
  (signon: Signon, caller: ApplicationCaller) =>
  async (payload: Jobs['push-user-update']): Promise<void> => {
    const { user, application } = payload
    const push = await preparePush(signon, payload)
    const sent = push && (await signon.single.grants.userInfo(user, application))
    if (!sent) return
    await caller.update({ ...push, body: userInfo(sent) })
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
