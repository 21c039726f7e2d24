import type { Actor } from '#domain/events.ts'
import type { RunNumbers, ScheduledJobName } from '#domain/jobs.ts'
import { reasonOf, Unavailable } from '#kernel/failure.ts'
import type { SecretCluster } from '#outside/kubernetes.ts'
import type { Signon } from '#store/signon.ts'
import type { Deliveries, DeliveryOptions } from './deliver.ts'
import { renewInternalTokens } from './renew-internal-tokens.ts'
import { syncAppSecrets } from './sync-app-secrets.ts'
import { syncTokenSecrets } from './sync-token-secrets.ts'

/** Where a job writes what went wrong. */
export interface Journal {
  error(facts: object, message: string): void
}

type Doing = (
  signon: Signon,
  actor: Actor,
  cluster: SecretCluster,
  options: DeliveryOptions,
) => Promise<Deliveries>

const calendar: Actor = { kind: 'signon' }

/**
 * What the calendar starts for tokens and secrets of ours. A run in which something went wrong fails when it is
 * through, so that it is tried again: what is done already stays as it is.
 */
export const clusterJobs = (signon: Signon, journal: Journal, open: () => Promise<SecretCluster>) => {
  const sync = (job: ScheduledJobName, doing: Doing) => async (): Promise<RunNumbers> => {
    const onFailure: DeliveryOptions['onFailure'] = (name, error) =>
      journal.error({ job, secret: name, reason: reasonOf(error) }, 'a secret was not delivered')
    const { matched, changed, details } = await doing(signon, calendar, await open(), { onFailure })
    const wrong = details.filter(({ outcome }) => outcome === 'failed' || outcome === 'refused')
    for (const { name, reason } of wrong.filter(({ outcome }) => outcome === 'refused'))
      journal.error({ job, secret: name, reason }, 'a secret was not delivered')
    if (wrong.length > 0)
      throw new Unavailable(`${wrong.length} of ${matched} secrets were not delivered: ${wrong[0]?.reason}`)
    return { matched, delivered: changed }
  }
  return {
    'renew-internal-tokens': async (): Promise<RunNumbers> => {
      const onFailure = ({ id }: { readonly id: number }, error: unknown): void =>
        journal.error({ token: id, reason: reasonOf(error) }, 'a token was not renewed')
      const { matched, changed, details } = await renewInternalTokens(signon, calendar, { onFailure })
      const failed = details.filter(({ outcome }) => outcome === 'failed').length
      if (failed > 0) throw new Unavailable(`${failed} of ${matched} tokens were not renewed.`)
      return { renewed: changed }
    },
    'sync-app-secrets': sync('sync-app-secrets', syncAppSecrets),
    'sync-token-secrets': sync('sync-token-secrets', syncTokenSecrets),
  } satisfies Partial<Record<ScheduledJobName, () => Promise<RunNumbers>>>
}
