import type { Deliveries, Outcome } from '#features/cluster/deliver.ts'
import { renewInternalTokens } from '#features/cluster/renew-internal-tokens.ts'
import { syncAppSecrets } from '#features/cluster/sync-app-secrets.ts'
import { syncTokenSecrets } from '#features/cluster/sync-token-secrets.ts'
import { Invalid } from '#kernel/failure.ts'
import type { Environment } from '#main/config.ts'
import { openCluster } from '#outside/kubernetes.ts'
import { type Answer, type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { columns, oneLine } from './lines.ts'
import { dryRun } from './options.ts'

export const clusterCommands: readonly Command[] = [
  command({
    words: 'access-tokens renew-expiring-internal-tokens',
    summary: 'Renew API tokens of our own teams that expire within a month.',
    details:
      'The worker does it every night. Each new token lives for two years, beside the old one, and waits sealed for kubernetes sync-token-secrets.',
    options: { dryRun },
    run: ({ dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const { matched, changed, details } = await renewInternalTokens(signon, operator, { isRehearsal })
        const failed = details.filter(({ outcome }) => outcome === 'failed').length
        const told = details.map(({ apiUser, application, outcome, reason }) => ({
          api_user: apiUser,
          application,
          outcome: isRehearsal && outcome === 'renewed' ? 'would be renewed' : outcome,
          ...(reason !== undefined && { reason }),
        }))
        return {
          document: { matched, changed, details: told, ...(isRehearsal && { dry_run: true }) },
          lines: [
            ...columns(
              told.map((one) => [one.api_user, one.application, withReason(one.outcome, one.reason)]),
            ),
            `${matched} found, ${changed} renewed.`,
          ],
          ...(failed > 0 && { problem: `${failed} failed. Run it again.` }),
        }
      }),
  }),

  command({
    words: 'kubernetes sync-token-secrets',
    summary: 'Write the tokens of API users into secrets of the cluster.',
    details:
      'The worker does it every night, where SIGNON_KUBERNETES_URL is set. What the cluster has already is left as it is. Nothing is deleted from it.',
    options: { dryRun },
    run: ({ dryRun: isRehearsal }, environment) => sync(syncTokenSecrets, isRehearsal, environment),
  }),

  command({
    words: 'kubernetes sync-app-secrets',
    summary: 'Write client ids and secrets of applications into secrets of the cluster.',
    details:
      'The worker does it every night, where SIGNON_KUBERNETES_URL is set. What the cluster has already is left as it is. Nothing is deleted from it.',
    options: { dryRun },
    run: ({ dryRun: isRehearsal }, environment) => sync(syncAppSecrets, isRehearsal, environment),
  }),
]

const sync = (
  doing: typeof syncTokenSecrets,
  isRehearsal: boolean,
  environment: Environment,
): Promise<Answer> =>
  withSignon(environment, async (signon, operator, config) => {
    if (!config.cluster)
      throw new Invalid(
        'No cluster is set up. Set SIGNON_KUBERNETES_URL, in a pod to https://kubernetes.default.svc.',
      )
    const cluster = await openCluster(config.cluster)
    return answerOf(await doing(signon, operator, cluster, { isRehearsal }), isRehearsal)
  })

const words = {
  'in place': ['in place', 'in place'],
  delivered: ['written', 'would be written'],
  issued: ['issued anew, and written', 'would be issued anew, and written'],
  'shown to a person': ['left: a person was shown it', 'left: a person was shown it'],
  'both secrets taken': [
    'left: it has two secrets, and the cluster neither. End the old one first.',
    'left: it has two secrets, and the cluster neither. End the old one first.',
  ],
  refused: ['refused', 'refused'],
  failed: ['failed', 'failed'],
} as const satisfies Record<Outcome, readonly [done: string, wouldBe: string]>

const answerOf = ({ matched, changed, details }: Deliveries, isRehearsal: boolean): Answer => {
  const told = details.map(({ name, outcome, reason }) => ({
    secret: name,
    outcome: words[outcome][isRehearsal ? 1 : 0],
    ...(reason !== undefined && { reason }),
  }))
  const wrong = details.filter(({ outcome }) => outcome === 'failed' || outcome === 'refused').length
  return {
    document: { matched, changed, details: told, ...(isRehearsal && { dry_run: true }) },
    lines: [
      ...columns(told.map(({ secret, outcome, reason }) => [secret, withReason(outcome, reason)])),
      `${matched} found, ${changed} written.`,
    ],
    ...(wrong > 0 && { problem: `${wrong} of ${matched} secrets were not written.` }),
  }
}

const withReason = (outcome: string, reason: string | undefined): string =>
  reason === undefined ? outcome : oneLine(`${outcome}: ${reason}`)
