import { usualDays } from '#domain/api-token.ts'
import { createApiToken } from '#features/api-users/create-api-token.ts'
import { createApiUser } from '#features/api-users/create-api-user.ts'
import { listApiTokens } from '#features/api-users/list-api-tokens.ts'
import { revokeApiToken } from '#features/api-users/revoke-api-token.ts'
import type { ApiToken, ApiTokenId } from '#store/api-tokens.ts'
import { type Command, command, WrongUsage } from './command.ts'
import { withSignon } from './console.ts'
import { moment, oneLine, table } from './lines.ts'
import { count, requiredText, text } from './options.ts'

export const apiUserCommands: readonly Command[] = [
  command({
    words: 'api-users create',
    summary: 'Create a machine that calls APIs.',
    options: {
      name: requiredText('N', 'What the machine is called.'),
      email: requiredText('E', 'An address that nobody else has.'),
    },
    run: (given, environment) =>
      withSignon(environment, async (signon, operator) => {
        const { id, uid, name, email } = await createApiUser(signon, operator, given)
        return { document: { id, uid, name, email }, lines: [`API user ${email} created: ${uid}.`] }
      }),
  }),

  command({
    words: 'api-tokens create',
    summary: 'Give an API user a token for an application.',
    details: 'It holds signin from then on; users grant gives it more. The token is printed once.',
    options: {
      apiUser: requiredText('E', 'The API user’s address.'),
      application: requiredText('NAME', 'The application’s name.'),
      days: count(`How long the token lives; ${usualDays} days unless given.`, usualDays, [1, 3650]),
      purpose: text('P', 'What it is for.'),
      owner: text('E', 'Who is told before it expires; the API user’s address unless given.'),
    },
    run: ({ apiUser: email, application: applicationName, days, purpose, owner }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const created = await createApiToken(signon, operator, {
          email,
          applicationName,
          days,
          purpose,
          ownerEmail: owner,
        })
        const { id, text: token, expiresAt } = created
        const sentence = `Token ${id} for ${created.applicationName}, until ${moment(expiresAt)}. It is not shown again:`
        return {
          document: { id, token, application: created.applicationName, expires_at: expiresAt.toISOString() },
          lines: [oneLine(sentence), token],
        }
      }),
  }),

  command({
    words: 'api-tokens list',
    summary: 'List the tokens of all API users.',
    run: (_, environment) =>
      withSignon(environment, async (signon, operator) => {
        const [tokens, now] = [await listApiTokens(signon, operator), signon.clock.now()]
        const rows = tokens.map((token) => rowOf(token, now))
        const headings = ['Id', 'API user', 'Application', 'Begins', 'State', 'Expires', 'Purpose']
        return {
          document: tokens.map((token) => documentOf(token, now)),
          lines: table(headings, rows, 'There are no tokens yet.'),
        }
      }),
  }),

  command({
    words: 'api-tokens revoke',
    operands: ['id'],
    summary: 'End a token at once.',
    run: ({ id }, environment) => {
      const tokenId = tokenIdOf(id)
      return withSignon(environment, async (signon, operator) => {
        const revoked = await revokeApiToken(signon, operator, tokenId)
        const { application, user } = revoked
        return {
          document: documentOf(revoked, signon.clock.now()),
          lines: [oneLine(`Token ${id} of ${user.email} for ${application.name} is now revoked.`)],
        }
      })
    },
  }),
]

const tokenIdOf = (typed: string): ApiTokenId => {
  const id = Number(typed)
  if (!/^\d{1,10}$/.test(typed) || id > 2_147_483_647)
    throw new WrongUsage('ID must be the number of a token.')
  return id as ApiTokenId
}

const stateOf = ({ revokedAt, expiresAt }: ApiToken, now: Date): 'live' | 'expired' | 'revoked' => {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'live'
}

const rowOf = (token: ApiToken, now: Date): readonly string[] => [
  String(token.id),
  token.user.email,
  token.application.name,
  `${token.visiblePrefix}…`,
  stateOf(token, now),
  token.expiresAt === null ? 'never' : moment(token.expiresAt),
  token.purpose ?? '',
]

const documentOf = (token: ApiToken, now: Date) => ({
  id: token.id,
  api_user: token.user.email,
  application: token.application.name,
  visible_prefix: token.visiblePrefix,
  purpose: token.purpose,
  owner_email: token.ownerEmail ?? token.user.email,
  state: stateOf(token, now),
  created_at: token.createdAt.toISOString(),
  expires_at: token.expiresAt?.toISOString() ?? null,
  revoked_at: token.revokedAt?.toISOString() ?? null,
  last_used_at: token.lastUsedAt?.toISOString() ?? null,
})
