/** Why the two differ, where the same reason serves several requests. */

export const scopeless =
  'Signon has no scopes, and its clients send none (CC-12). `oidc-provider` grants nothing to a request without `openid`, so all its other requests in this table carry it.'

export const noScopes =
  'Signon has no scopes: a request for one is refused, not granted in part; the words of OpenID Connect alone are passed over (CC-12; `reference/oauth-and-apis.md` 13).'

export const sameAddress =
  'Scheme and host are compared without regard to case, and the default port is no port (`reference/oauth-and-apis.md` 7; RFC 3986 §6.2.2.1 and §6.2.3). RFC 9700 §4.1.3 would have them equal to the letter; the address means the same server.'

export const freeQuery = 'CC-11: an address that is registered without a query takes any query, and keeps it.'

export const oneFlow =
  'Signon knows the code flow only, so there is no response type whose answers belong in the fragment unless `response_mode` says so (OAuth 2.0 Multiple Response Types §2.1).'

export const exactChallenge =
  'A challenge by S256 is 43 characters of base64url, never anything else (RFC 7636 §4.2), so no verifier could answer this one.'

export const anyVerifier =
  'No rule of length or alphabet is laid on verifiers (`reference/oauth-and-apis.md` 8.3): this one is simply not the one (RFC 7636 §4.6).'

export const strictText =
  'Text that is no UTF-8, has broken escapes or holds NUL is refused before anybody reads it: parameters are UTF-8 (RFC 6749 Appendix B), and repaired they would not be what was sent.'

export const noOpenId =
  'A parameter of OpenID Connect, which Signon does not speak yet, so it is ignored (RFC 6749 §3.1; `reference/oauth-and-apis.md` 13).'

export const tokenNames =
  '`created_at` is part of the answer that applications know (`reference/oauth-and-apis.md` 8.4); there is no scope to name, and no ID token without OpenID Connect.'

export const failedClient =
  'Credentials that are missing or cannot be read are a failed authentication: `invalid_client` with 401 (RFC 6749 §5.2; `reference/oauth-and-apis.md` 8.3, row 7).'

export const anyReplay =
  'A code that its own application presents again may be stolen, whatever else is right or wrong about the request, so its family ends (RFC 6749 §4.1.2 and §10.5).'

export const anyEncoding =
  'Parameters are taken from query, form and JSON alike, as applications know it (`reference/oauth-and-apis.md` 2). New ones send a form (RFC 6749 §3.2).'

export const anyToken =
  'Signon issues no JWTs, so this is an unknown token, which is no error (RFC 7009 §2.2; RFC 7662 §2.2).'

export const nothingToRevoke =
  'A token that is missing is treated as one that is unknown (`reference/oauth-and-apis.md` 10).'

export const mayNotRevoke =
  'Applications know a single refusal here: 403 `unauthorized_client` (`reference/oauth-and-apis.md` 10). Both end nothing.'

export const toldNames =
  'What applications know of this answer (`reference/oauth-and-apis.md` 11): of whom the token tells, `/user.json` says. All else is optional (RFC 7662 §2.2).'

export const bearerAsks =
  'An application may ask with another access token of its own (RFC 7662 §2.1; `reference/oauth-and-apis.md` 11). One that is not good is refused as RFC 6750 §3.1 says.'
