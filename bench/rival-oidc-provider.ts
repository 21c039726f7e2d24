import { createHmac, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
// @ts-expect-error The package brings no types; what we use of it is said below.
import { Provider as UntypedProvider } from 'oidc-provider'
import { Pool } from 'pg'
import { oidcAdapter, prepareOidcTables } from './oidc-adapter.ts'
import {
  applicationCount,
  applicationOf,
  applicationsEach,
  clientIdOf,
  clientSecretOf,
  redirectUriOf,
  uidOf,
} from './seeded.ts'

/** What the rival is told: the database, over how many connections, and how many people are to be signed in. */
export interface OidcOrder {
  readonly databaseUrl: string
  readonly connections: number
  readonly users: number
}

/** Where it listens, and the cookies of those people, in order. */
export interface OidcReply {
  readonly port: number
  readonly cookies: readonly string[]
}

process.on('disconnect', () => process.exit())
process.once('message', async ({ databaseUrl, connections, users }: OidcOrder) => {
  const pool = new Pool({ connectionString: databaseUrl, max: connections })
  await prepareOidcTables(pool)
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const provider: Provider = new (UntypedProvider as ProviderConstructor)(
    `http://127.0.0.1:${port}`,
    configuration(pool),
  )
  server.on('request', provider.callback())
  await registerClients(pool)
  const cookies = await Promise.all(Array.from({ length: users }, (_, index) => signIn(provider, index + 1)))
  const reply: OidcReply = { port, cookies }
  process.send?.(reply)
})

const hour = 3600
const day = 24 * hour
const cookieKey = 'a key that signs the cookies of the rival'

/**
 * As Signon does it, or cheaper: codes for a minute, opaque access tokens for two hours, refresh tokens for thirty
 * days, nothing bound to the session and so no session read again; the quickest of the usual signatures for the
 * ID token that its last step asks for.
 */
const configuration = (pool: Pool): object => ({
  adapter: oidcAdapter(pool),
  clientDefaults: {
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: 'ES256',
  },
  jwks: {
    keys: [
      {
        ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
        use: 'sig',
        alg: 'ES256',
      },
    ],
  },
  cookies: { keys: [cookieKey] },
  claims: { openid: ['sub', 'user'] },
  features: {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    rpInitiatedLogout: { enabled: false },
  },
  pkce: { required: () => true },
  ttl: {
    AccessToken: 2 * hour,
    AuthorizationCode: 60,
    RefreshToken: 30 * day,
    IdToken: hour,
    Session: day,
    Grant: 30 * day,
  },
  expiresWithSession: async () => false,
  issueRefreshToken: async () => true,
  loadExistingGrant: async ({ oidc }: Context) => {
    const grantId = oidc.session.grantIdFor(oidc.client.clientId)
    return grantId === undefined ? undefined : oidc.provider.Grant.find(grantId)
  },
  findAccount: async ({ oidc }: Context, uid: string) => {
    const { rows } = await pool.query({ name: 'account', text: account, values: [uid, oidc.client.clientId] })
    const [row] = rows
    return row && { accountId: uid, claims: async () => ({ sub: uid, user: row }) }
  },
})

// Only for those who may use the application, as in Signon.
const account = `
  select u.uid, u.name, u.email, u.suspended_at is not null as disabled, o.slug as organisation_slug, o.content_id as organisation_content_id,
    held.permissions
  from users u
  join applications a on a.client_id = $2
  left join organisations o on o.id = u.organisation_id
  cross join lateral (
    select array_agg(p.name order by lower(p.name), p.name) as permissions from grants g join permissions p on p.id = g.permission_id
    where g.user_id = u.id and g.application_id = a.id
  ) held
  where u.uid = $1 and 'signin' = any (held.permissions)`

const registerClients = async (pool: Pool): Promise<void> => {
  const clients = oidcAdapter(pool)('Client')
  for (let application = 1; application <= applicationCount; application += 1)
    await clients.upsert(clientIdOf(application), {
      client_id: clientIdOf(application),
      client_secret: clientSecretOf(application),
      redirect_uris: [redirectUriOf(application)],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    })
}

/** A session as it is after the first visit to each of the person's applications. */
const signIn = async (provider: Provider, user: number): Promise<string> => {
  const session = new provider.Session()
  session.loginAccount({ accountId: uidOf(user) })
  for (let j = 0; j < applicationsEach; j += 1) {
    const clientId = clientIdOf(applicationOf(user, j))
    const grant = new provider.Grant({ accountId: uidOf(user), clientId })
    grant.addOIDCScope('openid')
    session.ensureClientContainer(clientId)
    session.grantIdFor(clientId, await grant.save())
  }
  await session.save(day)
  const pair = `_session=${session.id}`
  return `${pair}; _session.sig=${createHmac('sha1', cookieKey).update(pair).digest('base64url')}`
}

interface Provider {
  callback(): import('node:http').RequestListener
  readonly Session: new () => Session
  readonly Grant: (new (of: {
    accountId: string
    clientId: string
  }) => Grant) & { find(id: string): Promise<Grant | undefined> }
}
type ProviderConstructor = new (issuer: string, configuration: object) => Provider

interface Session {
  readonly id: string
  loginAccount(details: { accountId: string }): void
  ensureClientContainer(clientId: string): void
  grantIdFor(clientId: string, grantId?: string): string | undefined
  save(seconds: number): Promise<string>
}

interface Grant {
  addOIDCScope(scope: string): void
  save(): Promise<string>
}

interface Context {
  readonly oidc: {
    readonly session: Session
    readonly client: { readonly clientId: string }
    readonly provider: Provider
  }
}
