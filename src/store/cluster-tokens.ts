import { type RawBuilder, sql } from 'kysely'
import type { ApplicationId } from '#domain/application.ts'
import type { UserId, UserUid } from '#domain/user.ts'
import { type ApiTokenId, sealedTokenOf } from './api-tokens.ts'
import type { StoreContext } from './context.ts'
import { textOf } from './sealed-copy.ts'

/** An API user that may present tokens for an application in service. */
export interface TokenPair {
  readonly user: { readonly id: UserId; readonly uid: UserUid; readonly name: string; readonly email: string }
  readonly application: { readonly id: ApplicationId; readonly name: string }
}

/** A pair with what its next token is to be like. */
export interface TokenTerms extends TokenPair {
  readonly purpose: string | null
  /** Who is told before it expires, when not the API user. */
  readonly ownerEmail: string | null
}

/** A token that expires soon, and after which nothing comes. */
export interface RenewableToken extends TokenTerms {
  readonly id: ApiTokenId
}

/** A pair with the token that was made for it last. */
export interface ClusterToken extends TokenTerms {
  /** Nothing while the token is only awaited, in a copy of another environment. */
  readonly newest: {
    readonly id: ApiTokenId
    readonly hash: Buffer
    readonly text: string | undefined
  } | null
}

/** Tokens of API users as far as the cluster is to have them. Signon renews and keeps its own elsewhere. */
export const clusterTokenStore = ({ db, now, keys }: StoreContext) => {
  const clusterTokenOf = ({ tokenId, hash, sealed, ...pair }: TokenRow): ClusterToken => {
    const about = sealedTokenOf({ user: pair.user.id, application: pair.application.id })
    return {
      ...pair,
      newest: tokenId && hash ? { id: tokenId, hash, text: textOf(keys, { hash, sealed }, about) } : null,
    }
  }
  const newestTokens = (which: RawBuilder<unknown>) => sql<TokenRow>`
    select * from (
      select distinct on (t.user_id, t.application_id) ${pair}, t.purpose, t.owner_email as "ownerEmail",
        t.id as "tokenId", t.token_hash as hash, t.sealed_token as sealed
      from api_tokens t ${owners} where ${live(now())} and ${inService} and ${which}
      order by t.user_id, t.application_id, t.id desc
    ) newest
    union all
    select ${pair}, t.purpose, t.owner_email, null, null, null
    from awaited_api_tokens t ${owners} where ${inService} and ${which} and not exists (
      select from api_tokens n where n.user_id = t.user_id and n.application_id = t.application_id
        and n.revoked_at is null and (n.expires_at is null or n.expires_at > ${now()}))`

  return {
    /** Live tokens that expire by that instant and have no live successor, in the order in which they expire. */
    async renewable(by: Date): Promise<readonly RenewableToken[]> {
      return (await renewable(now(), sql`t.expires_at <= ${by}`).execute(db)).rows
    },

    /** The same token again, unless it needs no successor any more. */
    async seekRenewable(id: ApiTokenId): Promise<RenewableToken | undefined> {
      return (await renewable(now(), sql`t.id = ${id}`).execute(db)).rows[0]
    },

    /** Every pair that has a live token, or is to have one. */
    async list(): Promise<readonly ClusterToken[]> {
      return (await newestTokens(sql`true`).execute(db)).rows.map(clusterTokenOf)
    },

    /** One pair again, as it is now. */
    async seek({ user, application }: TokenPair): Promise<ClusterToken | undefined> {
      const which = sql`t.user_id = ${user.id} and t.application_id = ${application.id}`
      const { rows } = await newestTokens(which).execute(db)
      return rows[0] && clusterTokenOf(rows[0])
    },

    /** Erases the sealed copies of a pair up to this token; `false` when there was none. */
    async eraseCopies({ user, application }: TokenPair, upTo: ApiTokenId): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('api_tokens')
        .set({ sealed_token: null })
        .where('user_id', '=', user.id)
        .where('application_id', '=', application.id)
        .where('id', '<=', upTo)
        .where('sealed_token', 'is not', null)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
  }
}

interface TokenRow extends TokenTerms {
  readonly tokenId: ApiTokenId | null
  readonly hash: Buffer | null
  readonly sealed: string | null
}

const owners = sql`join users u on u.id = t.user_id join applications a on a.id = t.application_id`

const pair = sql`json_build_object('id', u.id, 'uid', u.uid, 'name', u.name, 'email', u.email) as "user",
  json_build_object('id', a.id, 'name', a.name) as application`

const live = (now: Date) => sql`t.revoked_at is null and (t.expires_at is null or t.expires_at > ${now})`

const inService = sql`u.kind = 'machine' and u.suspended_at is null and a.retired_at is null and not exists (
  select from push_credentials c join api_tokens own on own.id = c.api_token_id where own.user_id = u.id)`

const renewable = (now: Date, which: RawBuilder<unknown>) => sql<RenewableToken>`
  select t.id, ${pair}, t.purpose, t.owner_email as "ownerEmail" from api_tokens t ${owners}
  where ${live(now)} and ${inService} and ${which} and not exists (
    select from api_tokens l where l.user_id = t.user_id and l.application_id = t.application_id
      and l.revoked_at is null and (l.expires_at is null or (l.expires_at, l.id) > (t.expires_at, t.id)))
  order by t.expires_at, t.id`
