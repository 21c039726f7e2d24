import { generateKeyPairSync } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after as afterTests } from 'node:test'
// @ts-expect-error The package brings no types; what we use of it is said below.
import { errors, interactionPolicy, Provider as UntypedProvider } from 'oidc-provider'
import { day, hour, minute, second } from '#kernel/clock.ts'
import { TestBrowser } from '#test/browser.ts'

/** A client as it is registered with the oracle. */
export interface OracleClient {
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUris: readonly string[]
  readonly requiresPkce: boolean
}

/** A second implementation of the protocol on a port of its own, stopped when the test file is done. */
export interface Oracle {
  /** Where it answers; its issuer, too. */
  readonly url: string
  /** A browser in which the one person that it knows is signed in. */
  signedIn(): Promise<TestBrowser>
  /** Makes everything that it has issued so much older. */
  age(milliseconds: number): void
}

/**
 * `oidc-provider`, set up as close to Signon's profile as it allows: the code flow and nothing else, opaque access
 * tokens for two hours, rotating refresh tokens for thirty days, codes for a minute, no consent, Signon's paths.
 */
export const startOracle = async (clients: readonly OracleClient[]): Promise<Oracle> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterTests(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const rows: Rows = new Map()
  const provider: Provider = new (UntypedProvider as ProviderConstructor)(url, configuration(clients, rows))
  const answer = provider.callback()
  server.on('request', (request, response) => {
    const isSigningIn = request.url?.startsWith(signInPath)
    if (isSigningIn) void provider.interactionFinished(request, response, { login: { accountId: person } })
    else answer(request, response)
  })
  return {
    url,
    async signedIn() {
      const browser = new TestBrowser(url)
      let location = firstRequest(clients)
      // To sign in, back, and on to the application.
      for (let hop = 0; hop < 3; hop += 1) ({ location } = await browser.get(location))
      if (!location.includes('code=')) throw new Error(`Not signed in, but sent to ${location}`)
      return browser
    },
    age(milliseconds) {
      for (const row of rows.values()) {
        row.iat -= milliseconds / second
        row.exp -= milliseconds / second
      }
    },
  }
}

/** Where the oracle sends whoever is to sign in; going there is signing in. */
export const signInPath = '/interaction/'
const person = 'ada'

const firstRequest = ([client]: readonly OracleClient[]): string => {
  const query = {
    client_id: client?.clientId ?? '',
    redirect_uri: client?.redirectUris[0] ?? '',
    response_type: 'code',
    scope: 'openid',
  }
  return `/oauth/authorize?${new URLSearchParams(query)}`
}

const configuration = (clients: readonly OracleClient[], rows: Rows) => ({
  adapter: (model: string) => adapter(model, rows),
  clients: clients.map(({ clientId, clientSecret, redirectUris }) => ({
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uris: redirectUris,
    // Only these may leave the port of a loopback address open (RFC 8252 §7.3).
    application_type: redirectUris.every((uri) => uri.startsWith('http:')) ? 'native' : 'web',
    grant_types: ['authorization_code', 'refresh_token'],
  })),
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  jwks: { keys: [signingKey()] },
  clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
  responseTypes: ['code'],
  scopes: ['openid'],
  routes: {
    authorization: '/oauth/authorize',
    token: '/oauth/token',
    revocation: '/oauth/revoke',
    introspection: '/oauth/introspect',
  },
  pkce: {
    required: (_context: Context, { clientId }: OracleClient) =>
      clients.some((client) => client.clientId === clientId && client.requiresPkce),
  },
  allowOmittingSingleRegisteredRedirectUri: false,
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  expiresWithSession: async () => false,
  clockTolerance: 0,
  ttl: {
    AuthorizationCode: minute / second,
    AccessToken: (2 * hour) / second,
    RefreshToken: (30 * day) / second,
    ...Object.fromEntries(
      ['Grant', 'IdToken', 'Interaction', 'Session'].map((kind) => [kind, (3650 * day) / second]),
    ),
  },
  features: {
    devInteractions: { enabled: false },
    revocation: { enabled: true, allowedPolicy: refuseOthers },
    introspection: { enabled: true, allowedPolicy: isOwn },
  },
  // Every authorization is a family of its own, as with us.
  loadExistingGrant: async ({ oidc }: Context) => {
    const grant = new oidc.provider.Grant({
      clientId: oidc.client.clientId,
      accountId: oidc.account.accountId,
    })
    grant.addOIDCScope('openid')
    await grant.save()
    return grant
  },
  findAccount: async (_context: Context, id: string) => ({
    accountId: id,
    claims: async () => ({ sub: id }),
  }),
  interactions: {
    policy: withoutConsent(),
    url: async (_context: Context, interaction: { readonly uid: string }) => signInPath + interaction.uid,
  },
  renderError: async (context: Context, out: { readonly error: string }) => {
    context.type = 'html'
    context.body = out.error
  },
  clientBasedCORS: () => false,
  cookies: { keys: ['for tests only'] },
})

const isOwn = async (_context: Context, client: Owned, token: Owned): Promise<boolean> =>
  token.clientId === client.clientId

/** As it does by itself (RFC 7009 §2.1). */
const refuseOthers = async (context: Context, client: Owned, token: Owned): Promise<boolean> => {
  if (await isOwn(context, client, token)) return true
  throw new (errors as OracleErrors).InvalidRequest('the token is of another client')
}

/** It signs ID tokens, which nobody looks at. */
const signingKey = (): object => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  alg: 'ES256',
  use: 'sig',
})

const withoutConsent = () => {
  const policy = (interactionPolicy as InteractionPolicy).base()
  policy.remove('consent')
  return policy
}

/** Keeps everything in memory, where its age can be changed. */
const adapter = (model: string, rows: Rows) => {
  const key = (id: string) => `${model} ${id}`
  const seek = (matches: (row: Row) => boolean) =>
    [...rows].find(([name, row]) => name.startsWith(`${model} `) && matches(row))?.[1]
  return {
    upsert: async (id: string, row: Row) => void rows.set(key(id), { ...row }),
    find: async (id: string) => rows.get(key(id)),
    findByUid: async (uid: string) => seek((row) => row.uid === uid),
    findByUserCode: async () => undefined,
    destroy: async (id: string) => void rows.delete(key(id)),
    consume: async (id: string) => {
      const row = rows.get(key(id))
      if (row) row.consumed = true
    },
    revokeByGrantId: async (grantId: string) => {
      for (const [name, row] of rows)
        if (name.startsWith(`${model} `) && row.grantId === grantId) rows.delete(name)
    },
  }
}

type Rows = Map<string, Row>

interface Row {
  iat: number
  exp: number
  consumed?: boolean
  readonly uid?: string
  readonly grantId?: string
}

interface Provider {
  callback(): RequestListener
  interactionFinished(
    request: Parameters<RequestListener>[0],
    response: Parameters<RequestListener>[1],
    result: { readonly login: { readonly accountId: string } },
  ): Promise<void>
}

type ProviderConstructor = new (issuer: string, configuration: object) => Provider

interface Owned {
  readonly clientId: string
}

interface OracleErrors {
  readonly InvalidRequest: new (description: string) => Error
}

interface InteractionPolicy {
  base(): { remove(prompt: string): void }
}

interface Context {
  type: string
  body: string
  readonly oidc: {
    readonly client: { readonly clientId: string }
    readonly account: { readonly accountId: string }
    readonly provider: {
      readonly Grant: new (about: object) => { addOIDCScope(scope: string): void; save(): Promise<string> }
    }
  }
}
