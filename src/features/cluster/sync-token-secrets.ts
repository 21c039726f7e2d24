import { isDeepStrictEqual } from 'node:util'
import { mayAdminister } from '#domain/administration.policy.ts'
import { tokenSecretName } from '#domain/cluster-secret.ts'
import type { Actor } from '#domain/events.ts'
import { enforce } from '#kernel/failure.ts'
import { secret } from '#kernel/secret.ts'
import { hashToken } from '#kernel/token.ts'
import type { SecretCluster } from '#outside/kubernetes.ts'
import type { ApiTokenId } from '#store/api-tokens.ts'
import type { ClusterToken, TokenPair } from '#store/cluster-tokens.ts'
import type { Signon, Work } from '#store/signon.ts'
import { type Deliveries, type DeliveryOptions, deliverAll, type Outcome, type Sync } from './deliver.ts'
import { issueForCluster } from './issue-token.ts'
import { isInternal } from './renew-internal-tokens.ts'

/**
 * Brings the cluster the token that was made last for each active API user and application in service
 * (`reference/background-and-operations.md` 8.2). The last made counts, not the last to expire: else a token that a
 * person made for longer would have another one issued night after night. Nothing is ever deleted from the cluster.
 */
export const syncTokenSecrets = async (
  signon: Signon,
  actor: Actor,
  cluster: SecretCluster,
  options: DeliveryOptions = {},
): Promise<Deliveries> => {
  enforce(mayAdminister(actor, 'deliver secrets to the cluster'))
  const sync: Sync = { signon, actor, cluster, isRehearsal: options.isRehearsal ?? false }
  const pairs = await signon.single.clusterTokens.list()
  const deliverables = pairs.map((pair) => {
    const name = tokenSecretName(pair.user.name, pair.application.name)
    const whose = `${pair.user.email} for ${pair.application.name}`
    return { name, whose, deliver: () => deliver(sync, name, pair) }
  })
  return deliverAll(deliverables, options)
}

const key = 'bearer_token'

const deliver = async (sync: Sync, name: string, pair: TokenPair): Promise<Outcome> => {
  const { signon, cluster, isRehearsal } = sync
  const seen = await signon.single.clusterTokens.seek(pair)
  const held = (await cluster.read(name))?.[key]
  const plan = await signon.transaction((work) => decide(sync, work, pair, { seen, held }))
  if (plan === 'outdated') return deliver(sync, name, pair)
  if ('outcome' in plan || isRehearsal) return 'outcome' in plan ? plan.outcome : plan.written
  await cluster.apply(name, { [key]: secret(plan.text) })
  await signon.transaction((work) => settle(sync, work, pair, plan.id))
  return plan.written
}

/** What there was, here and then there: together they are right only as long as nothing has changed here. */
interface Sight {
  readonly seen: ClusterToken | undefined
  readonly held: string | undefined
}

type Plan =
  | 'outdated'
  | { readonly outcome: Outcome }
  | { readonly written: 'delivered' | 'issued'; readonly id: ApiTokenId; readonly text: string }

/** Holding the API user, so that of two syncs at once the second delivers what the first has issued. */
const decide = async (sync: Sync, work: Work, pair: TokenPair, { seen, held }: Sight): Promise<Plan> => {
  await work.users.lockById(pair.user.id)
  const token = await work.clusterTokens.seek(pair)
  // Another sync has issued or delivered one while the cluster was asked.
  if (!isDeepStrictEqual(token, seen)) return 'outdated'
  // Suspended, revoked or retired since it was found.
  if (!token) return { outcome: 'in place' }
  const { newest } = token
  if (newest && held !== undefined && hashToken(held).equals(newest.hash)) {
    if (!sync.isRehearsal) await settle(sync, work, pair, newest.id)
    return { outcome: 'in place' }
  }
  if (newest?.text !== undefined) return { written: 'delivered', id: newest.id, text: newest.text }
  if (!isInternal(token)) return { outcome: 'shown to a person' }
  if (sync.isRehearsal) return { outcome: 'issued' }
  const issued = await issueForCluster(sync.signon, work, sync.actor, token)
  await work.record(
    { name: 'api-token-created', about: pair.user, application: pair.application.id },
    sync.actor,
  )
  return { written: 'issued', ...issued }
}

/** The cluster has it: no readable copy is kept any more. */
const settle = async ({ actor }: Sync, work: Work, pair: TokenPair, id: ApiTokenId): Promise<void> => {
  if (await work.clusterTokens.eraseCopies(pair, id))
    await work.record(
      { name: 'api-token-delivered', about: pair.user, application: pair.application.id },
      actor,
    )
}
