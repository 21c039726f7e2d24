import { isDeepStrictEqual } from 'node:util'
import type { Secret } from '#kernel/secret.ts'
import type { Stores, Work } from '#store/signon.ts'
import type { Outcome, Sync } from './deliver.ts'

/** The values of a secret in the cluster, by their keys. */
export type Held = Readonly<Record<string, string>>

/** What becomes of one secret: nothing but an outcome, or something that is written. */
export type Plan<Chosen> =
  | { readonly outcome: Outcome }
  | { readonly written: 'delivered' | 'issued'; readonly chosen: Chosen }

/** How secrets of one kind reach the cluster. */
export interface Steps<Seen, Chosen> {
  /** What there is of it here; nothing once it is retired, revoked or suspended. */
  look(stores: Stores): Promise<Seen | undefined>
  /** Holds what it belongs to, so that of two syncs at once the second delivers what the first has issued. */
  hold(work: Work): Promise<unknown>
  /** Decides from what there is here and there, and issues what is nowhere. */
  decide(work: Work, seen: Seen, held: Held): Promise<Plan<Chosen>>
  /** What is written. */
  values(chosen: Chosen): Readonly<Record<string, Secret>>
  /** The cluster has it. */
  settle(work: Work, chosen: Chosen): Promise<void>
}

/** Brings the cluster one secret, unless it is there. In a rehearsal nothing is written. */
export const deliverOne = async <Seen, Chosen>(
  sync: Sync,
  name: string,
  steps: Steps<Seen, Chosen>,
): Promise<Outcome> => {
  const { signon, cluster, isRehearsal } = sync
  const seen = await steps.look(signon.single)
  const held = (await cluster.read(name)) ?? {}
  const plan = await signon.transaction(async (work): Promise<Plan<Chosen> | 'outdated'> => {
    await steps.hold(work)
    const now = await steps.look(work)
    // Another sync has issued or delivered one while the cluster was asked: what was seen here and there is right
    // together only as long as nothing has changed here.
    if (!isDeepStrictEqual(now, seen)) return 'outdated'
    return now === undefined ? { outcome: 'in place' } : steps.decide(work, now, held)
  })
  if (plan === 'outdated') return deliverOne(sync, name, steps)
  if ('outcome' in plan) return plan.outcome
  if (isRehearsal) return plan.written
  await cluster.apply(name, steps.values(plan.chosen))
  await signon.transaction((work) => steps.settle(work, plan.chosen))
  return plan.written
}
