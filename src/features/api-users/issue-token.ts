import { expiryOf, type TokenTerms, termFaults } from '#domain/api-token.ts'
import { type ApplicationId, signinPermission } from '#domain/application.ts'
import { noteOfNames } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import { normaliseEmail, type User } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { apiTokenText } from '#kernel/token.ts'
import type { ApiTokenId } from '#store/api-tokens.ts'
import type { Signon, Work } from '#store/signon.ts'

/** A token with the only sight of its text. */
export interface CreatedApiToken {
  readonly id: ApiTokenId
  readonly text: string
  readonly applicationName: string
  readonly expiresAt: Date
}

/** The form that asks for a token was sent before, and its token was shown then. */
export class FormUsedBefore extends Conflict {}

export interface NewToken {
  /** An API user, held by the transaction. */
  readonly user: User
  readonly application: { readonly id: ApplicationId; readonly name: string; readonly retiredAt: Date | null }
  readonly terms: TokenTerms
  readonly replaces?: ApiTokenId
  readonly requestKey?: string | undefined
}

/**
 * Makes a token, and gives `signin` with it. Throws `Invalid`, `Conflict` for an API user that is suspended or an
 * application that is retired, `FormUsedBefore`.
 */
export const issueToken = async (
  { random }: Pick<Signon, 'random'>,
  work: Work,
  actor: Actor,
  { user, application, terms, replaces, requestKey }: NewToken,
): Promise<CreatedApiToken> => {
  if (requestKey !== undefined) await refuseUsedForm(work, requestKey)
  refuseFaults(Object.values(termFaults(terms, user.email)))
  if (user.suspendedAt !== null) throw new Conflict(`${user.email} is suspended.`)
  if (application.retiredAt !== null) throw new Conflict(`${application.name} is retired.`)

  const about = { about: user, application: application.id }
  const signin = await work.grants.findPermission(application.id, signinPermission)
  if (await work.grants.add(user.id, application.id, signin))
    await work.record({ name: 'permissions-added', ...about, note: noteOfNames([signinPermission]) }, actor)
  const [text, expiresAt] = [apiTokenText(random), expiryOf(work.now, terms.days)]
  const owner = normaliseEmail(terms.ownerEmail)
  const id = await work.apiTokens.add({
    user: user.id,
    application: application.id,
    text,
    purpose: terms.purpose.trim() || null,
    ownerEmail: owner === user.email ? null : owner,
    replaces,
    requestKey,
    expiresAt,
  })
  await work.record({ name: 'api-token-created', ...about }, actor)
  return { id, text, applicationName: application.name, expiresAt }
}

const refuseUsedForm = async ({ apiTokens }: Work, requestKey: string): Promise<void> => {
  if (await apiTokens.isMadeFor(requestKey))
    throw new FormUsedBefore('This form was sent before, and its token was shown then.')
}
