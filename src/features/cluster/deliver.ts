import { mayAdminister } from '#domain/administration.policy.ts'
import { secretNameFault } from '#domain/cluster-secret.ts'
import type { Actor } from '#domain/events.ts'
import { enforce, Failure } from '#kernel/failure.ts'
import type { SecretCluster } from '#outside/kubernetes.ts'
import type { Signon } from '#store/signon.ts'

/** What a sync works with. */
export interface Sync {
  readonly signon: Signon
  readonly actor: Actor
  readonly cluster: SecretCluster
  /** Say what would be written, and write and issue nothing. */
  readonly isRehearsal: boolean
}

export type Outcome =
  /** The cluster has it. */
  | 'in place'
  /** What was made for the cluster is there now. */
  | 'delivered'
  /** It was nowhere any more, so another was made beside it, and is there now. */
  | 'issued'
  /** A person was shown it, and it is not ours to issue another. */
  | 'shown to a person'
  /** An application has two secrets already, and the cluster neither of them. */
  | 'both secrets taken'
  /** Nothing can be written under that name. */
  | 'refused'
  | 'failed'

export interface Delivery {
  /** Of the secret in the cluster. */
  readonly name: string
  readonly outcome: Outcome
  /** Why it was refused or failed. */
  readonly reason?: string
}

/** What a sync came to. */
export interface Deliveries {
  readonly matched: number
  /** How many secrets were written. */
  readonly changed: number
  readonly details: readonly Delivery[]
}

/** One secret of the cluster. */
export interface Deliverable {
  readonly name: string
  /** What it belongs to, as people know it. */
  readonly whose: string
  readonly deliver: () => Promise<Outcome>
}

export interface DeliveryOptions {
  readonly isRehearsal?: boolean
  /** Is told what could not be written. The run goes on. */
  readonly onFailure?: (name: string, error: unknown) => void
}

/** Begins a sync. Throws `Forbidden` for whoever may not deliver secrets. */
export const beginSync = (
  signon: Signon,
  actor: Actor,
  cluster: SecretCluster,
  { isRehearsal = false }: DeliveryOptions,
): Sync => {
  enforce(mayAdminister(actor, 'deliver secrets to the cluster'))
  return { signon, actor, cluster, isRehearsal }
}

const atOnce = 4

/** Deals with all of them. What is wrong with one stops no other; two of one name are both refused. */
export const deliverAll = async (
  deliverables: readonly Deliverable[],
  { isRehearsal = false, onFailure }: DeliveryOptions,
): Promise<Deliveries> => {
  const named = Map.groupBy(deliverables, ({ name }) => name)
  const details: Delivery[] = []
  const deal = async ({ name, deliver }: Deliverable): Promise<void> => {
    const fault = secretNameFault(name) ?? twinFault(named.get(name) ?? [])
    if (fault !== undefined) {
      details.push({ name, outcome: 'refused', reason: fault })
      return
    }
    try {
      details.push({ name, outcome: await deliver() })
    } catch (error) {
      onFailure?.(name, error)
      details.push({ name, outcome: 'failed', reason: reasonFor(error) })
    }
  }
  const waiting = deliverables.values()
  const lane = async (): Promise<void> => {
    for (const one of waiting) await deal(one)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  const written = details.filter(({ outcome }) => outcome === 'delivered' || outcome === 'issued').length
  return {
    matched: details.length,
    changed: isRehearsal ? 0 : written,
    details: details.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
  }
}

const twinFault = (twins: readonly Deliverable[]): string | undefined =>
  twins.length > 1 ? `${twins.map(({ whose }) => whose).join(' and ')} would have the same name` : undefined

/** What a library says may repeat what it was given. */
const reasonFor = (error: unknown): string =>
  error instanceof Failure ? error.detail : 'something unexpected went wrong'
