import { tokenSecretName } from '#domain/cluster-secret.ts'
import type { Actor } from '#domain/events.ts'
import { secret } from '#kernel/secret.ts'
import { hashToken } from '#kernel/token.ts'
import type { SecretCluster } from '#outside/kubernetes.ts'
import type { ApiTokenId } from '#store/api-tokens.ts'
import type { ClusterToken, TokenPair } from '#store/cluster-tokens.ts'
import type { Signon, Work } from '#store/signon.ts'
import { beginSync, type Deliveries, type DeliveryOptions, deliverAll, type Sync } from './deliver.ts'
import { deliverOne, type Held, type Plan, type Steps } from './deliver-one.ts'
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
  const sync = beginSync(signon, actor, cluster, options)
  const pairs = await signon.single.clusterTokens.list()
  const deliverables = pairs.map((pair) => {
    const name = tokenSecretName(pair.user.name, pair.application.name)
    const whose = `${pair.user.email} for ${pair.application.name}`
    return { name, whose, deliver: () => deliverOne(sync, name, stepsFor(sync, pair)) }
  })
  return deliverAll(deliverables, options)
}

interface Chosen {
  readonly id: ApiTokenId
  readonly text: string
}

const key = 'bearer_token'

const stepsFor = (sync: Sync, pair: TokenPair): Steps<ClusterToken, Chosen> => ({
  look: (stores) => stores.clusterTokens.seek(pair),
  hold: (work) => work.users.lockById(pair.user.id),
  decide: (work, token, held) => decide(sync, work, token, held),
  values: ({ text }) => ({ [key]: secret(text) }),
  settle: (work, { id }) => settle(sync, work, pair, id),
})

const decide = async (
  sync: Sync,
  work: Work,
  token: ClusterToken,
  { [key]: held }: Held,
): Promise<Plan<Chosen>> => {
  const { newest } = token
  if (newest && held !== undefined && hashToken(held).equals(newest.hash)) {
    if (!sync.isRehearsal) await settle(sync, work, token, newest.id)
    return { outcome: 'in place' }
  }
  if (newest?.text !== undefined)
    return { written: 'delivered', chosen: { id: newest.id, text: newest.text } }
  if (!isInternal(token)) return { outcome: 'shown to a person' }
  if (sync.isRehearsal) return { outcome: 'issued' }
  const chosen = await issueForCluster(sync.signon, work, sync.actor, token)
  await work.record(
    { name: 'api-token-created', about: token.user, application: token.application.id },
    sync.actor,
  )
  return { written: 'issued', chosen }
}

/** The cluster has it: no readable copy is kept any more. */
const settle = async ({ actor }: Sync, work: Work, pair: TokenPair, id: ApiTokenId): Promise<void> => {
  if (await work.clusterTokens.eraseCopies(pair, id))
    await work.record(
      { name: 'api-token-delivered', about: pair.user, application: pair.application.id },
      actor,
    )
}
