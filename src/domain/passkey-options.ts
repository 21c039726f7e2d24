/** What a browser is told of a passkey that it may use, or that is there already. */
export interface KnownPasskey {
  /** Base64url. */
  readonly credentialId: string
  readonly transports: readonly string[]
}

/** Whom and what a passkey is for. */
export interface PasskeyOwner {
  /** Stays the same for ever: the uid of the account. */
  readonly handle: string
  readonly email: string
  readonly name: string
}

/** How long a browser waits for its person, in milliseconds. */
const timeout = 5 * 60 * 1000
const publicKey = 'public-key'
// EdDSA, ES256 and RS256 (IANA, COSE Algorithms): together they are what every device has.
const algorithms = [-8, -7, -257]

/** What `navigator.credentials.create` is given, as JSON (Web Authentication Level 3, §5.1.8). */
export const creationOptions = (
  relyingParty: { readonly id: string; readonly name: string },
  owner: PasskeyOwner,
  challenge: string,
  known: readonly KnownPasskey[],
): object => ({
  rp: relyingParty,
  user: {
    id: Buffer.from(owner.handle, 'utf8').toString('base64url'),
    name: owner.email,
    displayName: owner.name,
  },
  challenge,
  pubKeyCredParams: algorithms.map((alg) => ({ type: publicKey, alg })),
  timeout,
  excludeCredentials: known.map(describe),
  authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
  attestation: 'none',
})

/** What `navigator.credentials.get` is given, as JSON. Without `known` the browser offers whatever it has. */
export const requestOptions = (
  relyingPartyId: string,
  challenge: string,
  known: readonly KnownPasskey[],
): object => ({
  challenge,
  rpId: relyingPartyId,
  timeout,
  userVerification: 'required',
  allowCredentials: known.map(describe),
})

const describe = ({ credentialId, transports }: KnownPasskey) => ({
  type: publicKey,
  id: credentialId,
  transports: [...transports],
})
