import { isDeepStrictEqual } from 'node:util'
import { mayAdminister } from '#domain/administration.policy.ts'
import type { ApplicationId } from '#domain/application.ts'
import { applicationSecretName } from '#domain/cluster-secret.ts'
import type { Actor } from '#domain/events.ts'
import { enforce } from '#kernel/failure.ts'
import { secret } from '#kernel/secret.ts'
import { hashToken, randomSecret } from '#kernel/token.ts'
import type { SecretCluster } from '#outside/kubernetes.ts'
import type { ClusterApplication } from '#store/cluster-secrets.ts'
import type { Signon, Work } from '#store/signon.ts'
import { type Deliveries, type DeliveryOptions, deliverAll, type Outcome, type Sync } from './deliver.ts'

/**
 * Brings the cluster a live secret of each application in service (`reference/background-and-operations.md` 8.2).
 * Nothing is ever deleted from the cluster.
 */
export const syncAppSecrets = async (
  signon: Signon,
  actor: Actor,
  cluster: SecretCluster,
  options: DeliveryOptions = {},
): Promise<Deliveries> => {
  enforce(mayAdminister(actor, 'deliver secrets to the cluster'))
  const sync: Sync = { signon, actor, cluster, isRehearsal: options.isRehearsal ?? false }
  const applications = await signon.single.clusterSecrets.list()
  const deliverables = applications.map((application) => {
    const name = applicationSecretName(application.name)
    return { name, whose: application.name, deliver: () => deliver(sync, name, application) }
  })
  return deliverAll(deliverables, options)
}

/** What the cluster has. */
interface Held {
  readonly oauth_id?: string
  readonly oauth_secret?: string
}

const deliver = async (sync: Sync, name: string, application: ClusterApplication): Promise<Outcome> => {
  const { id, clientId } = application
  const { signon, cluster, isRehearsal } = sync
  const seen = await signon.single.clusterSecrets.seek(id)
  const held: Held = (await cluster.read(name)) ?? {}
  const plan = await signon.transaction((work) => decide(sync, work, id, { seen, held }))
  if (plan === 'outdated') return deliver(sync, name, application)
  if ('outcome' in plan || isRehearsal) return 'outcome' in plan ? plan.outcome : plan.written
  await cluster.apply(name, { oauth_id: secret(clientId), oauth_secret: secret(plan.text) })
  await signon.transaction((work) => settle(sync, work, id, plan.text))
  return plan.written
}

/** What there was, here and then there: together they are right only as long as nothing has changed here. */
interface Sight {
  readonly seen: ClusterApplication | undefined
  readonly held: Held
}

type Plan =
  | 'outdated'
  | { readonly outcome: Outcome }
  | { readonly written: 'delivered' | 'issued'; readonly text: string }

/** Holding the application, so that of two syncs at once the second delivers what the first has issued. */
const decide = async (sync: Sync, work: Work, id: ApplicationId, { seen, held }: Sight): Promise<Plan> => {
  await work.applications.lock(id)
  const application = await work.clusterSecrets.seek(id)
  // Another sync has issued or delivered one while the cluster was asked.
  if (!isDeepStrictEqual(application, seen)) return 'outdated'
  // Retired since it was found.
  if (!application) return { outcome: 'in place' }
  const heldText = held.oauth_secret
  const isHeld = ({ hash }: { readonly hash: Buffer }): boolean =>
    heldText !== undefined && hashToken(heldText).equals(hash)
  const isRight = held.oauth_id === application.clientId
  const [newest] = application.secrets
  if (newest && isHeld(newest) && isRight && heldText !== undefined) {
    if (!sync.isRehearsal) await settle(sync, work, id, heldText)
    return { outcome: 'in place' }
  }
  if (newest?.text !== undefined) return { written: 'delivered', text: newest.text }
  // An older secret is as good as a newer one until somebody ends it.
  if (heldText !== undefined && application.secrets.some(isHeld))
    return isRight ? { outcome: 'in place' } : { written: 'delivered', text: heldText }
  if (application.secrets.length === 2) return { outcome: 'both secrets taken' }
  return sync.isRehearsal ? { outcome: 'issued' } : issue(sync, work, id)
}

const issue = async ({ signon, actor }: Sync, work: Work, id: ApplicationId): Promise<Plan> => {
  const text = randomSecret(signon.random)
  await work.applications.addSecret(id, text, { isForCluster: true })
  await work.record({ name: 'application-secret-rotated', about: null, application: id }, actor)
  return { written: 'issued', text }
}

/** The cluster has it: no readable copy is kept any more. */
const settle = async ({ actor }: Sync, work: Work, id: ApplicationId, text: string): Promise<void> => {
  if (await work.clusterSecrets.eraseCopies(id, hashToken(text)))
    await work.record({ name: 'application-secret-delivered', about: null, application: id }, actor)
}
