import { expiryOf, usualDays } from '#domain/api-token.ts'
import { signinPermission } from '#domain/application.ts'
import { noteOfNames } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import { apiTokenText } from '#kernel/token.ts'
import type { ApiTokenId } from '#store/api-tokens.ts'
import type { TokenTerms } from '#store/cluster-tokens.ts'
import type { Signon, Work } from '#store/signon.ts'

interface IssuedToken {
  readonly id: ApiTokenId
  readonly text: string
}

/**
 * Makes a token of two years for the cluster, kept sealed until it is there, and gives `signin` with it. Whoever calls
 * it holds the API user's row, and records why.
 */
export const issueForCluster = async (
  { random }: Pick<Signon, 'random'>,
  work: Work,
  actor: Actor,
  { user, application, purpose, ownerEmail }: TokenTerms,
  replaces?: ApiTokenId,
): Promise<IssuedToken> => {
  const signin = await work.grants.findPermission(application.id, signinPermission)
  if (await work.grants.add(user.id, application.id, signin))
    await work.record(
      {
        name: 'permissions-added',
        about: user,
        application: application.id,
        note: noteOfNames([signinPermission]),
      },
      actor,
    )
  const text = apiTokenText(random)
  const terms = {
    purpose,
    ownerEmail,
    replaces,
    expiresAt: expiryOf(work.now, usualDays),
    isForCluster: true,
  }
  const id = await work.apiTokens.add({ user: user.id, application: application.id, text, ...terms })
  return { id, text }
}
