import type { ApplicationId } from '#domain/application.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import { stepAt } from '#domain/totp.ts'
import type { Role, User, UserId } from '#domain/user.ts'
import { after, second } from '#kernel/clock.ts'
import { randomSecret } from '#kernel/token.ts'
import { codesOf } from '#outside/totp.ts'
import type { ApiTokenId } from '#store/api-tokens.ts'
import type { Connection } from '#store/connection.ts'
import type { Signon } from '#store/signon.ts'

export const password = 'correct horse battery daffodil'

/** What is in the authenticator app of everybody who has one. */
const authenticatorSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

export interface TestApplication {
  readonly id: ApplicationId
  readonly name: string
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUri: string
}

export interface People {
  /** A person with the password above, who holds `signin` and more on the applications given. */
  user(name: string, options?: UserOptions): Promise<User>
  /** The code that their authenticator apps show: now, or so many seconds later (before, when negative). */
  code(secondsLater?: number): string
  /** An application with `signin`, registered for https://NAME.example/auth/gds/callback unless said otherwise. */
  application(name: string, options?: ApplicationOptions): Promise<TestApplication>
  /** A machine with a token for an application, holding `signin` on it. */
  machine(name: string, application: TestApplication, options?: TokenOptions): Promise<TestMachine>
  grant(user: User, application: TestApplication, ...permissions: readonly string[]): Promise<void>
  /** An organisation, below each of the parents given. */
  organisation(name: string, options?: OrganisationOptions): Promise<OrganisationId>
}

export interface OrganisationOptions {
  readonly parents?: readonly OrganisationId[]
  readonly contentId?: string
  readonly isClosed?: boolean
  readonly requiresTwoStep?: boolean
}

export interface UserOptions {
  readonly role?: Role
  readonly email?: string
  readonly organisationId?: OrganisationId
  readonly uses?: readonly TestApplication[]
  /** They have an authenticator app. Whoever's role demands one is sent to set it up otherwise. */
  readonly twoStep?: boolean
  /** They were invited, and have not chosen a password yet. */
  readonly invitedBy?: UserId | 'operator'
}

export interface ApplicationOptions {
  readonly clientId?: string
  readonly clientSecret?: string
  readonly redirectUris?: readonly string[]
  readonly homeUri?: string
  readonly permissions?: readonly string[]
  readonly requiresPkce?: boolean
  readonly isApiOnly?: boolean
  readonly isGdsOnly?: boolean
  readonly isDirectoryApi?: boolean
  readonly supportsPushUpdates?: boolean
}

export interface TokenOptions {
  readonly expiresAt?: Date | null
  readonly text?: string
}

export interface TestMachine {
  readonly user: User
  readonly token: string
  readonly tokenId: ApiTokenId
}

/** Makes people, organisations, applications and machines in one line each, straight in the store. */
export const people = (signon: Signon, db: Connection): People => {
  // One slow hash serves everybody in a test file.
  const passwordHash = signon.passwords.hash(password)

  const grant: People['grant'] = (user, application, ...permissions) =>
    signon.transaction(async (work) => {
      for (const name of permissions)
        await work.grants.add(user.id, application.id, await work.grants.findPermission(application.id, name))
    })

  return {
    grant,

    async organisation(name, { parents = [], contentId, isClosed = false, requiresTwoStep = false } = {}) {
      const at = signon.clock.now()
      const { id } = await db
        .insertInto('organisations')
        .values({
          content_id: contentId ?? signon.random.uuid(),
          slug: name.toLowerCase().replaceAll(' ', '-'),
          name,
          is_closed: isClosed,
          require_two_step: requiresTwoStep,
          created_at: at,
          updated_at: at,
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      for (const parent of parents)
        await db
          .insertInto('organisation_parents')
          .values({ child_id: id, parent_id: parent, created_at: at })
          .execute()
      return id as OrganisationId
    },

    code: (secondsLater = 0) =>
      codesOf(authenticatorSecret)(stepAt(after(signon.clock.now(), secondsLater * second))),

    async user(name, { role = 'normal', email, organisationId, uses = [], twoStep = false, invitedBy } = {}) {
      const hash = invitedBy === undefined ? await passwordHash : null
      const user = await signon.transaction(async (work) => {
        const added = await work.users.add({
          kind: 'person',
          name,
          email: email ?? `${name.toLowerCase().replaceAll(' ', '.')}@example.gov.uk`,
          role,
          organisationId: organisationId ?? null,
          passwordHash: hash,
        })
        if (invitedBy !== undefined)
          await work.invitations.send(added.id, invitedBy === 'operator' ? undefined : invitedBy)
        return added
      })
      for (const application of uses) await grant(user, application, 'signin')
      if (twoStep)
        await signon.single.secondFactors.add(user.id, {
          name: 'Phone',
          secret: authenticatorSecret,
          lastStep: 0,
        })
      return user
    },

    async application(name, options = {}) {
      const clientId = options.clientId ?? randomSecret(signon.random)
      const clientSecret = options.clientSecret ?? randomSecret(signon.random)
      const redirectUris = options.redirectUris ?? [
        `https://${name.toLowerCase().replaceAll(' ', '-')}.example/auth/gds/callback`,
      ]
      const { id } = await signon.transaction(async (work) => {
        const added = await work.applications.add({
          name,
          clientId,
          description: `${name} for tests`,
          homeUri: options.homeUri ?? null,
          redirectUris,
          isApiOnly: options.isApiOnly ?? false,
          isGdsOnly: options.isGdsOnly ?? false,
          isDirectoryApi: options.isDirectoryApi ?? false,
          supportsPushUpdates: options.supportsPushUpdates ?? true,
          requiresPkce: options.requiresPkce ?? false,
        })
        await work.applications.addSecret(added.id, clientSecret)
        for (const permission of ['signin', ...(options.permissions ?? [])])
          await work.grants.addPermission(added.id, {
            name: permission,
            isDelegated: permission === 'signin',
            isDefault: false,
            isGrantableFromUi: true,
          })
        return added
      })
      return { id, name, clientId, clientSecret, redirectUri: redirectUris[0] ?? '' }
    },

    async machine(name, application, { expiresAt = null, text = randomSecret(signon.random) } = {}) {
      const user = await signon.transaction((work) =>
        work.users.add({
          kind: 'machine',
          name,
          email: `${name.toLowerCase().replaceAll(' ', '.')}@machines.example.gov.uk`,
          role: 'normal',
          organisationId: null,
          passwordHash: null,
        }),
      )
      await grant(user, application, 'signin')
      const tokenId = await signon.transaction((work) =>
        work.apiTokens.add({ user: user.id, application: application.id, text, purpose: null, expiresAt }),
      )
      return { user, token: text, tokenId }
    },
  }
}
