import type { Jobs } from '#domain/jobs.ts'
import type { ApplicationCaller } from '#outside/push-updates.ts'
import type { Signon } from '#store/signon.ts'
import { preparePush } from './prepare-push.ts'

/** Asks one application to make one person authenticate again (`reference/client-contract.md` 8.3). */
export const pushReauthentication =
  (signon: Signon, caller: ApplicationCaller) =>
  async (payload: Jobs['push-reauthentication']): Promise<void> => {
    const push = await preparePush(signon, payload)
    if (push) await caller.reauthenticate(push)
  }
