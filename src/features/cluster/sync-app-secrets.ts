import type { ApplicationId } from '#domain/application.ts'
import { applicationSecretName } from '#domain/cluster-secret.ts'
import type { Actor } from '#domain/events.ts'
import { secret } from '#kernel/secret.ts'
import { hashToken, randomSecret } from '#kernel/token.ts'
import type { SecretCluster } from '#outside/kubernetes.ts'
import type { ClusterApplication } from '#store/cluster-secrets.ts'
import type { Signon, Work } from '#store/signon.ts'
import { beginSync, type Deliveries, type DeliveryOptions, deliverAll, type Sync } from './deliver.ts'
import { deliverOne, type Held, type Plan, type Steps } from './deliver-one.ts'

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
  const sync = beginSync(signon, actor, cluster, options)
  const applications = await signon.single.clusterSecrets.list()
  const deliverables = applications.map((application) => {
    const name = applicationSecretName(application.name)
    return {
      name,
      whose: application.name,
      deliver: () => deliverOne(sync, name, stepsFor(sync, application.id)),
    }
  })
  return deliverAll(deliverables, options)
}

/** A secret of an application, and the client id that goes with it. */
interface Chosen {
  readonly clientId: string
  readonly text: string
}

const stepsFor = (sync: Sync, id: ApplicationId): Steps<ClusterApplication, Chosen> => ({
  look: (stores) => stores.clusterSecrets.seek(id),
  hold: (work) => work.applications.lock(id),
  decide: (work, application, held) => decide(sync, work, application, held),
  values: ({ clientId, text }) => ({ oauth_id: secret(clientId), oauth_secret: secret(text) }),
  settle: (work, { text }) => settle(sync, work, id, text),
})

const decide = async (
  sync: Sync,
  work: Work,
  { id, clientId, secrets }: ClusterApplication,
  { oauth_id: heldId, oauth_secret: heldText }: Held,
): Promise<Plan<Chosen>> => {
  const isHeld = ({ hash }: { readonly hash: Buffer }): boolean =>
    heldText !== undefined && hashToken(heldText).equals(hash)
  const isRight = heldId === clientId
  const [newest] = secrets
  if (newest && isHeld(newest) && isRight && heldText !== undefined) {
    if (!sync.isRehearsal) await settle(sync, work, id, heldText)
    return { outcome: 'in place' }
  }
  if (newest?.text !== undefined) return { written: 'delivered', chosen: { clientId, text: newest.text } }
  // An older secret is as good as a newer one until somebody ends it.
  if (heldText !== undefined && secrets.some(isHeld))
    return isRight ? { outcome: 'in place' } : { written: 'delivered', chosen: { clientId, text: heldText } }
  if (secrets.length === 2) return { outcome: 'both secrets taken' }
  if (sync.isRehearsal) return { outcome: 'issued' }
  return { written: 'issued', chosen: { clientId, text: await issue(sync, work, id) } }
}

const issue = async ({ signon, actor }: Sync, work: Work, id: ApplicationId): Promise<string> => {
  const text = randomSecret(signon.random)
  await work.applications.addSecret(id, text, { isForCluster: true })
  await work.record({ name: 'application-secret-rotated', about: null, application: id }, actor)
  return text
}

/** The cluster has it: no readable copy is kept any more. */
const settle = async ({ actor }: Sync, work: Work, id: ApplicationId, text: string): Promise<void> => {
  if (await work.clusterSecrets.eraseCopies(id, hashToken(text)))
    await work.record({ name: 'application-secret-delivered', about: null, application: id }, actor)
}
