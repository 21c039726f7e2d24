import { deepEqual, equal, match, notEqual, rejects, throws } from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as oauth from 'oauth4webapi'
import type { TestBrowser } from '#test/browser.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const application = await test.application('Whitehall', { requiresPkce: true })
const other = await test.application('Specialist')
const client: oauth.Client = { client_id: application.clientId }

/** What an application is told of Signon: it knows its origin as the issuer, and finds it on a port of this machine. */
const server: oauth.AuthorizationServer = {
  issuer: test.issuer,
  authorization_endpoint: `${test.url}/oauth/authorize`,
  token_endpoint: `${test.url}/oauth/token`,
  revocation_endpoint: `${test.url}/oauth/revoke`,
  introspection_endpoint: `${test.url}/oauth/introspect`,
}
const overHttp = { [oauth.allowInsecureRequests]: true }
const state = oauth.generateRandomState()
const verifier = oauth.generateRandomCodeVerifier()

const signedIn = async (name: string): Promise<TestBrowser> => {
  const user = await test.user(name, { uses: [application] })
  const browser = test.browser()
  await browser.signIn(user.email)
  return browser
}

/** The address that a browser comes back to the application with. */
const arrive = async (browser: TestBrowser, changes: Readonly<Record<string, string>> = {}): Promise<URL> => {
  const query = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: application.redirectUri,
    response_type: 'code',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...changes,
  })
  return new URL((await browser.get(`/oauth/authorize?${query}`)).location)
}

const exchange = async (
  parameters: URLSearchParams,
  authentication: oauth.ClientAuth,
  codeVerifier = verifier,
): Promise<oauth.TokenEndpointResponse> =>
  oauth.processAuthorizationCodeResponse(
    server,
    client,
    await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      parameters,
      application.redirectUri,
      codeVerifier,
      overHttp,
    ),
  )

const tokensFor = async (
  name: string,
): Promise<oauth.TokenEndpointResponse & { readonly refresh_token: string }> => {
  const parameters = oauth.validateAuthResponse(server, client, await arrive(await signedIn(name)), state)
  const tokens = await exchange(parameters, basic)
  return { ...tokens, refresh_token: tokens.refresh_token ?? '' }
}

const refresh = async (refreshToken: string, authentication: oauth.ClientAuth) =>
  oauth.processRefreshTokenResponse(
    server,
    client,
    await oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, overHttp),
  )

const introspect = async (token: string, by: oauth.Client, authentication: oauth.ClientAuth) =>
  oauth.processIntrospectionResponse(
    server,
    by,
    await oauth.introspectionRequest(server, by, authentication, token, overHttp),
  )

const userInfo = async (token: string): Promise<{ readonly name: string }> => {
  const response = await oauth.protectedResourceRequest(
    token,
    'GET',
    new URL(`/user.json?client_id=${client.client_id}`, test.url),
    undefined,
    undefined,
    overHttp,
  )
  return ((await response.json()) as { readonly user: { readonly name: string } }).user
}

const basic = oauth.ClientSecretBasic(application.clientSecret)
const ways = {
  client_secret_basic: basic,
  client_secret_post: oauth.ClientSecretPost(application.clientSecret),
}

describe('an application with oauth4webapi', () => {
  for (const [way, authentication] of Object.entries(ways))
    it(`signs a person in, refreshes, asks about its tokens and ends them, by ${way}`, async () => {
      const parameters = oauth.validateAuthResponse(
        server,
        client,
        await arrive(await signedIn(`Ada ${way}`)),
        state,
      )
      const tokens = await exchange(parameters, authentication)
      deepEqual([tokens.token_type, tokens.expires_in], ['bearer', 7200])
      equal((await userInfo(tokens.access_token)).name, `Ada ${way}`)

      const fresh = await refresh(tokens.refresh_token ?? '', authentication)
      notEqual(fresh.access_token, tokens.access_token)
      await rejects(userInfo(tokens.access_token), oauth.WWWAuthenticateChallengeError)
      equal((await userInfo(fresh.access_token)).name, `Ada ${way}`)

      const told = await introspect(fresh.access_token, client, authentication)
      deepEqual(
        [told.active, told.client_id, Number(told.exp) - Number(told.iat)],
        [true, client.client_id, 7200],
      )

      const response = await oauth.revocationRequest(
        server,
        client,
        authentication,
        fresh.access_token,
        overHttp,
      )
      await oauth.processRevocationResponse(response)
      await rejects(userInfo(fresh.access_token), oauth.WWWAuthenticateChallengeError)
      deepEqual(await introspect(fresh.access_token, client, authentication), { active: false })
    })

  it('authenticates by Basic whatever characters its id and secret have', async () => {
    const secrets = ['-'.repeat(43), '_'.repeat(43), `${'a'.repeat(42)}-`, 'A1'.repeat(32)]
    for (const secret of secrets) {
      const odd = await test.application(`Odd ${secret}`)
      await test.signon.transaction((work) => work.applications.addSecret(odd.id, secret))
      const by = { client_id: odd.clientId }
      deepEqual(await introspect('unknown', by, oauth.ClientSecretBasic(secret)), { active: false }, secret)
    }
  })

  it('is told of an error in its request, by the issuer that it asked (RFC 9207)', async () => {
    const back = await arrive(await signedIn('Error'), { response_type: 'token' })
    equal(back.searchParams.get('iss'), test.issuer)
    throws(
      () => oauth.validateAuthResponse(server, client, back, state),
      (error: unknown) =>
        error instanceof oauth.AuthorizationResponseError && error.error === 'unsupported_response_type',
    )
    // The answer of another issuer is noticed before its error is believed.
    const elsewhere = { ...server, issuer: 'https://evil.example' }
    throws(
      () => oauth.validateAuthResponse(elsewhere, client, back, state),
      (error: unknown) => error instanceof oauth.OperationProcessingError && /"iss"/.test(error.message),
    )
  })

  it('gets a code without iss (CC-1), and believes no answer with another state', async () => {
    const back = await arrive(await signedIn('State'))
    equal(back.searchParams.has('iss'), false)
    throws(
      () => oauth.validateAuthResponse(server, client, back, oauth.generateRandomState()),
      oauth.OperationProcessingError,
    )
  })

  it('is told why a code is refused, and may use it still with the right verifier', async () => {
    const parameters = oauth.validateAuthResponse(
      server,
      client,
      await arrive(await signedIn('Verifier')),
      state,
    )
    await rejects(
      exchange(parameters, basic, oauth.generateRandomCodeVerifier()),
      refusal(400, 'invalid_grant'),
    )
    equal((await exchange(parameters, basic)).token_type, 'bearer')
    await rejects(exchange(parameters, basic), refusal(400, 'invalid_grant'))
  })

  it('is told how to authenticate when it fails to', async () => {
    const { refresh_token: token, access_token: access } = await tokensFor('Secret')
    const attempts = [
      () => refresh(token, oauth.ClientSecretBasic('wrong')),
      () => refresh(token, oauth.ClientSecretPost('wrong')),
      () => introspect(access, client, oauth.ClientSecretBasic('wrong')),
    ]
    for (const attempt of attempts) await rejects(attempt, challenge('basic'))
  })

  it('is told of a bearer token that it is not good any more', async () => {
    const { access_token: token } = await tokensFor('Ended')
    const response = await oauth.revocationRequest(server, client, basic, token, overHttp)
    await oauth.processRevocationResponse(response)
    await rejects(userInfo(token), (error: unknown) => {
      challenge('bearer')(error)
      const [first] = (error as oauth.WWWAuthenticateChallengeError).cause
      deepEqual(
        [first?.parameters.error, first?.parameters.error_description],
        ['invalid_token', 'The access token was revoked'],
      )
      return true
    })
  })

  it('learns nothing of the tokens of another application, and cannot end them', async () => {
    const { access_token: token } = await tokensFor('Stranger')
    const stranger = { client_id: other.clientId }
    const authentication = oauth.ClientSecretBasic(other.clientSecret)
    deepEqual(await introspect(token, stranger, authentication), { active: false })
    const response = await oauth.revocationRequest(server, stranger, authentication, token, overHttp)
    await rejects(oauth.processRevocationResponse(response), refusal(403, 'unauthorized_client'))
    match((await userInfo(token)).name, /Stranger/)
  })
})

const refusal = (status: number, code: string) => (error: unknown) =>
  error instanceof oauth.ResponseBodyError && error.status === status && error.error === code

const challenge = (scheme: string) => (error: unknown) =>
  error instanceof oauth.WWWAuthenticateChallengeError &&
  error.status === 401 &&
  error.cause[0]?.scheme === scheme
