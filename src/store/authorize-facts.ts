import type { ApplicationId } from '#domain/application.ts'
import { substituteUri } from '#domain/application.ts'
import { idleSince } from '#domain/session.ts'
import { hashToken, tokenId } from '#kernel/token.ts'
import { statement } from './connection.ts'
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

/** All that `GET /oauth/authorize` must know, in one statement. `client` is nothing when it is unknown or retired. */
export type AuthorizeFacts =
  | { readonly state: 'live'; readonly session: Session; readonly client: RequestingClient | undefined }
  | { readonly state: 'expired' | 'suspended' | 'none' }

/** The read model of the authorization endpoint. */
export const authorizeFactStore = ({ db, now, uriSubstitution }: StoreContext) => ({
  async gather(sessionToken: string | undefined, clientId: string | undefined): Promise<AuthorizeFacts> {
    const id = sessionToken && tokenId(sessionToken)
    if (!sessionToken || !id) return { state: 'none' }
    const [row] = await gather(db, id, hashToken(sessionToken), now(), idleSince(now()), clientId ?? null)
    const presented = presentedSession(row)
    if (presented.state !== 'live') return presented
    return { ...presented, client: row && clientOf(row, uriSubstitution) }
  },
})

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

const gather = statement<
  AuthorizeRow,
  [id: string, hash: Buffer, now: Date, idleSince: Date, clientId: string | null]
>(
  'authorize-facts.gather',
  `select ${sessionColumns},
     a.id as application_id, a.name as application_name, a.redirect_uris, a.requires_pkce,
     exists (select from grants g join permissions p on p.id = g.permission_id and p.name = 'signin'
       where g.user_id = s.user_id and g.application_id = a.id) as may_sign_in
   from sessions s
   join users u on u.id = s.user_id
   left join applications a on a.client_id = $5 and a.retired_at is null
   where s.id = $1 and s.token_hash = $2`,
)
