import type { ApplicationId } from '#domain/application.ts'
import { eventKinds } from '#domain/events.ts'
import {
  accessTokenMilliseconds,
  codeMilliseconds,
  refreshTokenMilliseconds,
} from '#domain/oauth/lifetimes.ts'
import type { ComparableUri } from '#domain/oauth/redirect-uri.ts'
import type { UserId, UserUid } from '#domain/user.ts'
import { after, second } from '#kernel/clock.ts'
import type { Random } from '#kernel/random.ts'
import { hashToken, mintForNewRow, mintToken, type TimeOrderedId, tokenId } from '#kernel/token.ts'
import * as queries from './authorizations.sql.ts'
import { falseWhenTaken } from './connection.ts'
import type { StoreContext } from './context.ts'
import { storedUserAgent } from './events.ts'

/** A fresh pair of tokens, as the client gets it. */
export interface IssuedTokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresInSeconds: number
  readonly createdAt: Date
}

/** What became of a code or refresh token that was presented. */
export type Exchange =
  | { readonly outcome: 'issued'; readonly tokens: IssuedTokens }
  | { readonly outcome: 'unknown client' }
  | { readonly outcome: 'refused'; readonly application: ApplicationId }

/** The client that calls, and from where. */
export interface Caller {
  readonly clientId: string
  readonly clientSecret: string
  readonly address?: string
  readonly userAgent?: string
}

export interface NewAuthorization {
  readonly user: UserId
  readonly application: ApplicationId
  readonly session: TimeOrderedId
  readonly authenticatedAt: Date
  readonly redirect: ComparableUri
  readonly codeChallenge: string | null
  readonly scope: string
  readonly nonce: string | null
}

/** Families of a code, an access and a refresh token: one row each, every transition one statement. */
export const authorizationStore = ({ db, now, random }: StoreContext) => ({
  /** Begins a family and answers its code; the session counts as used. */
  async begin(begun: NewAuthorization): Promise<string> {
    const at = now()
    return mintForNewRow(at, random, ({ id, hash }) =>
      queries
        .begin(
          db,
          id,
          begun.user,
          begun.application,
          begun.authenticatedAt,
          begun.redirect.base,
          begun.redirect.query,
          begun.codeChallenge,
          hash,
          after(at, codeMilliseconds),
          at,
          begun.scope,
          begun.nonce,
          begun.session,
        )
        .then(() => true, falseWhenTaken('authorizations_pkey')),
    )
  },

  /**
   * Turns a code into tokens, if everything about it is right, in one statement: of any number of parallel tries one
   * succeeds. The event of it is recorded with it.
   */
  async redeem(
    code: string,
    caller: Caller,
    redirect: ComparableUri,
    challenge: string | null,
  ): Promise<Exchange> {
    const fresh = freshTokens(tokenId(code) ?? nobody, now(), random)
    const [row] = await queries.redeem(
      db,
      caller.clientId,
      hashToken(caller.clientSecret),
      fresh.id,
      hashToken(code),
      fresh.tokens.createdAt,
      redirect.base,
      redirect.query,
      challenge,
      fresh.accessHash,
      fresh.accessExpiresAt,
      fresh.refreshHash,
      fresh.refreshExpiresAt,
      eventKinds['application-authorised'].number,
      caller.address ?? null,
      storedUserAgent(caller.userAgent),
    )
    return exchanged(row, fresh.tokens)
  },

  /** Turns a refresh token into a new pair, in one statement; the old pair ends with it. */
  async refresh(refreshToken: string, caller: Caller): Promise<Exchange> {
    const fresh = freshTokens(tokenId(refreshToken) ?? nobody, now(), random)
    const [row] = await queries.refresh(
      db,
      caller.clientId,
      hashToken(caller.clientSecret),
      fresh.id,
      hashToken(refreshToken),
      fresh.tokens.createdAt,
      fresh.accessHash,
      fresh.accessExpiresAt,
      fresh.refreshHash,
      fresh.refreshExpiresAt,
      eventKinds['application-authorised'].number,
      caller.address ?? null,
      storedUserAgent(caller.userAgent),
    )
    return exchanged(row, fresh.tokens)
  },

  /** The person whose spent code or refresh token this is, if it is one of this application's, and was not ended yet. */
  async seekSpent(token: string, application: ApplicationId): Promise<SpentToken | undefined> {
    const id = tokenId(token)
    if (id === undefined) return undefined
    const [row] = await queries.seekSpent(db, id, hashToken(token), application)
    return row
  },

  /** Ends a family: no code, access or refresh token of it is good any more. `false` when it had ended already. */
  async end(id: TimeOrderedId): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('authorizations')
      .set({ ended_at: now() })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  },

  /** Ends every family of a person, or those for one application. */
  async endAll(user: UserId, application?: ApplicationId): Promise<void> {
    await db
      .updateTable('authorizations')
      .set({ ended_at: now() })
      .where('user_id', '=', user)
      .where('ended_at', 'is', null)
      .$if(application !== undefined, (query) => query.where('application_id', '=', application ?? 0))
      .execute()
  },

  /** The live family that an access or refresh token belongs to, with its person. */
  async seek(token: string): Promise<LiveAuthorization | undefined> {
    const id = tokenId(token)
    if (id === undefined) return undefined
    const [row] = await queries.seek(db, id, hashToken(token))
    return row
  },
})

export interface SpentToken {
  readonly id: TimeOrderedId
  readonly userId: UserId
  readonly uid: UserUid
}

export interface LiveAuthorization extends SpentToken {
  readonly applicationId: ApplicationId
}

/** No row has this id: what a token that is not one of ours leads to. */
const nobody: TimeOrderedId = '0'

const freshTokens = (id: TimeOrderedId, at: Date, random: Random) => {
  const access = mintToken(id, random)
  const refresh = mintToken(id, random)
  const tokens: IssuedTokens = {
    accessToken: access.text,
    refreshToken: refresh.text,
    expiresInSeconds: accessTokenMilliseconds / second,
    createdAt: at,
  }
  return {
    id,
    tokens,
    accessHash: access.hash,
    accessExpiresAt: after(at, accessTokenMilliseconds),
    refreshHash: refresh.hash,
    refreshExpiresAt: after(at, refreshTokenMilliseconds),
  }
}

const exchanged = (row: queries.ExchangeRow | undefined, tokens: IssuedTokens): Exchange => {
  if (row?.application_id == null) return { outcome: 'unknown client' }
  return row.user_id === null
    ? { outcome: 'refused', application: row.application_id }
    : { outcome: 'issued', tokens }
}
