import type { ApplicationId } from '#domain/application.ts'
import type { UserId, UserUid } from '#domain/user.ts'
import { NotFound } from '#kernel/failure.ts'
import { hashToken } from '#kernel/token.ts'
import type { Connection } from './connection.ts'
import type { StoreContext } from './context.ts'

export type ApiTokenId = number & { readonly brand: 'ApiTokenId' }

export interface ApiToken {
  readonly id: ApiTokenId
  readonly user: { readonly id: UserId; readonly uid: UserUid; readonly email: string }
  readonly application: { readonly id: ApplicationId; readonly name: string }
  readonly visiblePrefix: string
  readonly purpose: string | null
  /** Who is told before it expires, when not the API user. */
  readonly ownerEmail: string | null
  /** The token whose place it takes. */
  readonly replaces: ApiTokenId | null
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  readonly lastUsedAt: Date | null
}

export interface NewApiToken {
  readonly user: UserId
  readonly application: ApplicationId
  readonly text: string
  readonly purpose: string | null
  readonly expiresAt: Date | null
  /** Who is told before it expires, when not the API user. */
  readonly ownerEmail?: string | null
  /** The token whose place it takes. */
  readonly replaces?: ApiTokenId | undefined
  /** The key of the form that asked for it. */
  readonly requestKey?: string | undefined
  /** The cluster is to have it: until then a sealed copy is kept. */
  readonly isForCluster?: boolean
}

/** How much of a token is kept readable, to recognise it by. */
const visibleCharacters = 8

/** Tokens of machines, stored by their hash. */
export const apiTokenStore = ({ db, now, random, keys }: StoreContext) => ({
  async add(token: NewApiToken): Promise<ApiTokenId> {
    const { id } = await db
      .insertInto('api_tokens')
      .values({
        user_id: token.user,
        application_id: token.application,
        token_hash: hashToken(token.text),
        visible_prefix: token.text.slice(0, visibleCharacters),
        purpose: token.purpose,
        owner_email: token.ownerEmail ?? null,
        replaces_id: token.replaces ?? null,
        sealed_token: token.isForCluster ? keys.seal(token.text, sealedTokenOf(token), random) : null,
        request_key_hash: token.requestKey === undefined ? null : hashToken(token.requestKey),
        created_at: now(),
        expires_at: token.expiresAt,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id as ApiTokenId
  },

  /** Every token, live or not, by owner, application and age; those of one owner when given. */
  async list(owner?: UserId): Promise<readonly ApiToken[]> {
    const rows = await tokens(db)
      .$if(owner !== undefined, (query) => query.where('t.user_id', '=', owner ?? 0))
      .orderBy('u.email')
      .orderBy('a.name')
      .orderBy('t.id')
      .execute()
    return rows.map(apiTokenOf)
  },

  /** The token with this id. Throws `NotFound`. */
  async find(id: ApiTokenId): Promise<ApiToken> {
    const row = await tokens(db).where('t.id', '=', id).executeTakeFirst()
    if (!row) throw new NotFound(`There is no API token ${id}.`)
    return apiTokenOf(row)
  },

  /** The token with this id, if it is this machine's. Throws `NotFound`. */
  async findOf(owner: UserId, id: ApiTokenId): Promise<ApiToken> {
    const row = await tokens(db).where('t.id', '=', id).where('t.user_id', '=', owner).executeTakeFirst()
    if (!row) throw new NotFound('There is no such token.')
    return apiTokenOf(row)
  },

  /** Was a token made for the form with this key? */
  async isMadeFor(requestKey: string): Promise<boolean> {
    const row = await db
      .selectFrom('api_tokens')
      .select('id')
      .where('request_key_hash', '=', hashToken(requestKey))
      .executeTakeFirst()
    return row !== undefined
  },

  /** Has another token taken the place of this one, and was not revoked since? */
  async isReplaced(id: ApiTokenId): Promise<boolean> {
    const row = await db
      .selectFrom('api_tokens')
      .select('id')
      .where('replaces_id', '=', id)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    return row !== undefined
  },

  /** The live token with this text, if there is one. */
  async seekByText(text: string): Promise<ApiToken | undefined> {
    const row = await tokens(db)
      .where('t.token_hash', '=', hashToken(text))
      .where('t.revoked_at', 'is', null)
      .executeTakeFirst()
    return row && apiTokenOf(row)
  },

  /** Revokes a token; `false` when it was revoked already. */
  async revoke(id: ApiTokenId): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('api_tokens')
      .set({ revoked_at: now(), sealed_token: null })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  },

  /** Revokes every live token of a machine, or those for one application. Answers the application of each. */
  async revokeAll(owner: UserId, application?: ApplicationId): Promise<readonly ApplicationId[]> {
    const rows = await db
      .updateTable('api_tokens')
      .set({ revoked_at: now(), sealed_token: null })
      .where('user_id', '=', owner)
      .where('revoked_at', 'is', null)
      .$if(application !== undefined, (query) => query.where('application_id', '=', application ?? 0))
      .returning('application_id')
      .execute()
    return rows.map((row) => row.application_id as ApplicationId)
  },
})

/** What the sealed copy of a token is bound to. */
export const sealedTokenOf = ({ user, application }: Pick<NewApiToken, 'user' | 'application'>): string =>
  `API token of ${user} for ${application}`

const tokens = (db: Connection) =>
  db
    .selectFrom('api_tokens as t')
    .innerJoin('users as u', 'u.id', 't.user_id')
    .innerJoin('applications as a', 'a.id', 't.application_id')
    .select([
      't.id',
      't.user_id',
      'u.uid',
      'u.email',
      't.application_id',
      'a.name',
      't.visible_prefix',
      't.purpose',
      't.owner_email',
      't.replaces_id',
    ])
    .select(['t.created_at', 't.expires_at', 't.revoked_at', 't.last_used_at'])

const apiTokenOf = (row: TokenRow): ApiToken => ({
  id: row.id as ApiTokenId,
  user: { id: row.user_id as UserId, uid: row.uid as UserUid, email: row.email },
  application: { id: row.application_id as ApplicationId, name: row.name },
  visiblePrefix: row.visible_prefix,
  purpose: row.purpose,
  ownerEmail: row.owner_email,
  replaces: row.replaces_id as ApiTokenId | null,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  lastUsedAt: row.last_used_at,
})

interface TokenRow {
  readonly id: number
  readonly user_id: number
  readonly uid: string
  readonly email: string
  readonly application_id: number
  readonly name: string
  readonly visible_prefix: string
  readonly purpose: string | null
  readonly owner_email: string | null
  readonly replaces_id: number | null
  readonly created_at: Date
  readonly expires_at: Date | null
  readonly revoked_at: Date | null
  readonly last_used_at: Date | null
}
