import { mayAdminister } from '#domain/administration.policy.ts'
import { signinPermission } from '#domain/application.ts'
import { noteOfNames } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import { after, day } from '#kernel/clock.ts'
import { Conflict, enforce } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { apiTokenText } from '#kernel/token.ts'
import type { ApiTokenId } from '#store/api-tokens.ts'
import type { Signon } from '#store/signon.ts'

export interface CreateApiToken {
  readonly email: string
  readonly applicationName: string
  readonly days?: number
  readonly purpose?: string | undefined
}

/** A token with the only sight of its text. */
export interface CreatedApiToken {
  readonly id: ApiTokenId
  readonly text: string
  readonly applicationName: string
  readonly expiresAt: Date
}

const longestDays = 3650

/** How long a token lives unless it is said. */
export const usualDays = 730

/** Gives an API user a token for an application, and `signin` with it. Others that it has stay good. */
export const createApiToken = (
  signon: Signon,
  actor: Actor,
  input: CreateApiToken,
): Promise<CreatedApiToken> =>
  signon.transaction(async (work) => {
    enforce(mayAdminister(actor, 'create an API token'))
    const { days = usualDays } = input
    refuseFaults([daysFault(days)])
    const user = await work.users.lockNamed(input)
    if (user.kind !== 'machine') throw new Conflict(`${user.email} is a person. Only API users have tokens.`)
    if (user.suspendedAt !== null) throw new Conflict(`${user.email} is suspended.`)
    const application = await work.applications.findByName(input.applicationName)
    if (application.retiredAt !== null) throw new Conflict(`${application.name} is retired.`)

    const about = { about: user, application: application.id }
    const signin = await work.grants.findPermission(application.id, signinPermission)
    if (await work.grants.add(user.id, application.id, signin))
      await work.record({ name: 'permissions-added', ...about, note: noteOfNames([signinPermission]) }, actor)
    const text = apiTokenText(signon.random)
    const expiresAt = after(work.now, days * day)
    const purpose = input.purpose?.trim() || null
    const id = await work.apiTokens.add({
      user: user.id,
      application: application.id,
      text,
      purpose,
      expiresAt,
    })
    await work.record({ name: 'api-token-created', ...about }, actor)
    return { id, text, applicationName: application.name, expiresAt }
  })

const daysFault = (days: number): string | undefined =>
  Number.isInteger(days) && days >= 1 && days <= longestDays
    ? undefined
    : `A token lives for a whole number of days, from 1 to ${longestDays}.`
