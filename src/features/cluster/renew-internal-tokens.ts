import { mayAdminister } from '#domain/administration.policy.ts'
import { isOurs, renewalHorizon } from '#domain/cluster-secret.ts'
import type { Actor } from '#domain/events.ts'
import { enforce, Failure } from '#kernel/failure.ts'
import type { RenewableToken, TokenTerms } from '#store/cluster-tokens.ts'
import type { Signon } from '#store/signon.ts'
import { issueForCluster } from './issue-token.ts'

export interface RenewalOptions {
  /** Say what would be renewed, and renew nothing. */
  readonly isRehearsal?: boolean
  /** Is told which token could not be renewed. The run goes on. */
  readonly onFailure?: (token: RenewableToken, error: unknown) => void
}

export interface Renewal {
  readonly apiUser: string
  readonly application: string
  readonly outcome: 'renewed' | 'passed over' | 'failed'
  /** Why it failed, where that was a refusal. */
  readonly reason?: string
}

/** What a run came to. */
export interface Renewals {
  readonly matched: number
  readonly changed: number
  readonly details: readonly Renewal[]
}

/**
 * Makes a new token beside each one of ours that expires within a month (`reference/background-and-operations.md` 8.1;
 * BO-Q7: of active API users and applications in service only, and of none that is revoked or has expired). Each is a
 * transaction of its own, and doing it again makes no second one.
 */
export const renewInternalTokens = async (
  signon: Signon,
  actor: Actor,
  { isRehearsal = false, onFailure }: RenewalOptions = {},
): Promise<Renewals> => {
  enforce(mayAdminister(actor, 'renew API tokens'))
  const found = await signon.single.clusterTokens.renewable(renewalHorizon(signon.clock.now()))
  const details: Renewal[] = []
  for (const token of found.filter(isInternal)) {
    const whose = { apiUser: token.user.email, application: token.application.name }
    try {
      const outcome = isRehearsal ? 'renewed' : await renew(signon, actor, token)
      details.push({ ...whose, outcome })
    } catch (error) {
      onFailure?.(token, error)
      const reason = error instanceof Failure ? { reason: error.detail } : {}
      details.push({ ...whose, outcome: 'failed', ...reason })
    }
  }
  const renewed = details.filter(({ outcome }) => outcome === 'renewed').length
  return { matched: details.length, changed: isRehearsal ? 0 : renewed, details }
}

/** Is it ours to issue another to this API user? Somebody else's contact makes the token somebody else's. */
export const isInternal = ({ user, ownerEmail }: TokenTerms): boolean =>
  isOurs(user.email) && (ownerEmail === null || isOurs(ownerEmail))

const renew = (
  signon: Signon,
  actor: Actor,
  { id, user }: RenewableToken,
): Promise<'renewed' | 'passed over'> =>
  signon.transaction(async (work) => {
    await work.users.lockById(user.id)
    const token = await work.clusterTokens.seekRenewable(id)
    if (!token || !isInternal(token)) return 'passed over'
    const replaces = (await work.apiTokens.isReplaced(id)) ? undefined : id
    await issueForCluster(signon, work, actor, token, replaces)
    await work.record(
      { name: 'api-token-renewed', about: token.user, application: token.application.id },
      actor,
    )
    return 'renewed'
  })
