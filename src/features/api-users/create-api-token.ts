import { type TokenTerms, usualDays } from '#domain/api-token.ts'
import type { ApplicationId } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import type { UserId } from '#domain/user.ts'
import { Conflict, NotFound } from '#kernel/failure.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'
import { type CreatedApiToken, issueToken } from './issue-token.ts'

export interface CreateApiToken {
  readonly email: string
  readonly applicationName: string
  readonly days?: number
  readonly purpose?: string | undefined
  /** Who is told before it expires; the API user, when absent. */
  readonly ownerEmail?: string | undefined
}

/** Gives an API user a token for an application, and `signin` with it. Others that it has stay good. */
export const createApiToken = (
  signon: Signon,
  actor: Actor,
  input: CreateApiToken,
): Promise<CreatedApiToken> =>
  signon.transaction(async (work) => {
    const { email, days = usualDays, purpose = '' } = input
    const user = await lockUserFor(work, actor, 'create an API token', { email })
    if (user.kind !== 'machine') throw new Conflict(`${user.email} is a person. Only API users have tokens.`)
    const application = await work.applications.findByName(input.applicationName)
    const terms = { days, purpose, ownerEmail: input.ownerEmail ?? user.email }
    return issueToken(signon, work, actor, { user, application, terms })
  })

export interface AskForApiToken extends TokenTerms {
  readonly user: UserId
  readonly application: ApplicationId
  /** Of the form: a second one with the same key makes no second token. */
  readonly requestKey: string
}

/** The same for a form. Throws `FormUsedBefore` when it was sent before. */
export const askForApiToken = (
  signon: Signon,
  actor: Actor,
  { user: id, application: applicationId, requestKey, ...terms }: AskForApiToken,
): Promise<CreatedApiToken> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'create an API token', { id, kind: 'machine' })
    const application = await work.applications.seek(applicationId)
    if (!application) throw new NotFound('There is no such application.')
    return issueToken(signon, work, actor, { user, application, terms, requestKey })
  })
