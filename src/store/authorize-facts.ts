import type { ApplicationId } from '#domain/application.ts'
import { substituteUri } from '#domain/application.ts'
import { codeMilliseconds } from '#domain/oauth/lifetimes.ts'
import type { ComparableUri } from '#domain/oauth/redirect-uri.ts'
import { idleSince } from '#domain/session.ts'
import { after } from '#kernel/clock.ts'
import { hashToken, mintForNewRow, type TimeOrderedId, tokenId } from '#kernel/token.ts'
import { falseWhenTaken, statement, unhurried } from './connection.ts'
import type { StoreContext } from './context.ts'
import { presentedSession, type Session, type SessionRow, sessionColumns } from './sessions.ts'

/** The client that an authorization request names, and whether the person who is signed in may use it. */
export interface RequestingClient {
  readonly id: ApplicationId
  readonly name: string
  readonly redirectUris: readonly string[]
  readonly requiresPkce: boolean
  readonly personMaySignIn: boolean
}

/**
 * All that `GET /oauth/authorize` must know, in one statement. `client` is nothing when it is unknown or retired; `code`
 * when none was begun on the way.
 */
export type AuthorizeFacts =
  | {
      readonly state: 'live'
      readonly session: Session
      readonly client: RequestingClient | undefined
      readonly code: string | undefined
    }
  | { readonly state: 'expired' | 'suspended' | 'none' }

/** A request that is well-formed for whichever client sent it. */
export interface PlainRequest {
  /** As it was sent. */
  readonly redirectUri: string
  readonly redirect: ComparableUri
  readonly codeChallenge: string | null
  readonly scope: string
  readonly nonce: string | null
}

/** The read model of the authorization endpoint. */
export const authorizeFactStore = ({ db, now, random, uriSubstitution }: StoreContext) => ({
  /**
   * Who asks, for which client. Nearly all requests are plain, come from somebody who is signed in and may use the
   * application, and name a registered address letter by letter: for them the code is begun in the same statement, as
   * `authorizations.begin` does it. For all others nothing changes.
   */
  async gather(
    sessionToken: string | undefined,
    clientId: string | undefined,
    plain: PlainRequest | undefined,
  ): Promise<AuthorizeFacts> {
    const id = sessionToken && tokenId(sessionToken)
    if (!sessionToken || !id) return { state: 'none' }
    const at = now()
    const asked = [id, hashToken(sessionToken), at, idleSince(at), clientId ?? null] as const
    if (!plain || uriSubstitution) {
      const [row] = await gather(db, ...asked)
      return factsOf(row, uriSubstitution, undefined)
    }
    let facts: AuthorizeFacts = { state: 'none' }
    await mintForNewRow(at, random, (code) =>
      gatherAndBegin(
        db,
        ...asked,
        code.id,
        plain.redirect.base,
        plain.redirect.query,
        plain.codeChallenge,
        code.hash,
        after(at, codeMilliseconds),
        plain.scope,
        plain.nonce,
        plain.redirectUri,
      ).then(([row]) => {
        facts = factsOf(row, undefined, row?.is_begun ? code.text : undefined)
        return true
      }, falseWhenTaken('authorizations_pkey')),
    )
    return facts
  },
})

const factsOf = (
  row: AuthorizeRow | undefined,
  substitution: StoreContext['uriSubstitution'],
  code: string | undefined,
): AuthorizeFacts => {
  const presented = presentedSession(row)
  if (presented.state !== 'live') return presented
  return { ...presented, client: row && clientOf(row, substitution), code }
}

const clientOf = (
  row: AuthorizeRow,
  substitution: StoreContext['uriSubstitution'],
): RequestingClient | undefined =>
  row.application_id === null
    ? undefined
    : {
        id: row.application_id,
        name: row.application_name,
        redirectUris: row.redirect_uris.map((uri) => substituteUri(uri, substitution)),
        requiresPkce: row.requires_pkce,
        personMaySignIn: row.may_sign_in,
      }

interface AuthorizeRow extends SessionRow {
  readonly application_id: ApplicationId | null
  readonly application_name: string
  readonly redirect_uris: readonly string[]
  readonly requires_pkce: boolean
  readonly may_sign_in: boolean
}

type Asked = [id: TimeOrderedId, hash: Buffer, now: Date, idleSince: Date, clientId: string | null]

const facts = `select ${sessionColumns},
     a.id as application_id, a.name as application_name, a.redirect_uris, a.requires_pkce,
     exists (select from grants g join permissions p on p.id = g.permission_id and p.name = 'signin'
       where g.user_id = s.user_id and g.application_id = a.id) as may_sign_in
   from sessions s
   join users u on u.id = s.user_id
   left join applications a on a.client_id = $5 and a.retired_at is null
   where s.id = $1 and s.token_hash = $2`

const gather = statement<AuthorizeRow, Asked>('authorize-facts.gather', facts)

// No other conditions than those under which `authorize` begins a code; it looks at each of them once more.
const gatherAndBegin = statement<
  AuthorizeRow & { readonly is_begun: boolean },
  [
    ...Asked,
    code: TimeOrderedId,
    redirectBase: string,
    redirectQuery: string | null,
    challenge: string | null,
    codeHash: Buffer,
    expiresAt: Date,
    scope: string,
    nonce: string | null,
    redirectUri: string,
  ]
>(
  'authorize-facts.gather-and-begin',
  `with facts as (${facts}), begun as (
     insert into authorizations (id, user_id, application_id, authenticated_at, redirect_base, redirect_query,
       code_challenge, code_hash, expires_at, created_at, scope, nonce)
     select $6::bigint, user_id, application_id, authenticated_at, $7, $8, $9::text, $10::bytea, $11::timestamptz, $3, $12, $13
     from facts, ${unhurried}
     where is_live and not is_suspended and level = 'full' and not must_set_up_two_step and may_sign_in
       and $14 = any (redirect_uris) and ($9::text is not null or not requires_pkce)
     returning id
   ), used as (
     update sessions set last_seen_at = $3 from begun where sessions.id = $1
   )
   select facts.*, exists (select from begun) as is_begun from facts`,
)
