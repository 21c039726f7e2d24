import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'

/** A passkey's public half, as it is stored. */
export interface PublicHalf {
  /** Base64url. */
  readonly credentialId: string
  readonly publicKey: Buffer
  readonly signCount: number
  readonly transports: readonly string[]
}

/** What a browser answered, taken apart; nothing of it has been checked. */
export interface PasskeyAnswer {
  readonly credentialId: string
  /** The challenge that it says it answers. */
  readonly challenge: string
  readonly raw: object
}

/** Checks what passkeys sign, for one origin. */
export interface PasskeyVerifier {
  /** The relying party: the host name that passkeys are bound to. */
  readonly relyingParty: string
  /** The new passkey, when the answer is right and its device verified the person. */
  verifyNew(answer: PasskeyAnswer): Promise<PublicHalf | undefined>
  /** How often the passkey was used, when the answer is right and its device verified the person. */
  verify(answer: PasskeyAnswer, stored: PublicHalf): Promise<number | undefined>
}

/** Takes apart what a browser sent as JSON; nothing when it has not the shape of an answer. */
export const readPasskeyAnswer = (json: string): PasskeyAnswer | undefined => {
  try {
    const raw: unknown = JSON.parse(json)
    if (typeof raw !== 'object' || raw === null) return undefined
    const { id, response } = raw as { readonly id?: unknown; readonly response?: unknown }
    const clientData = Reflect.get(Object(response), 'clientDataJSON')
    if (typeof id !== 'string' || !/^[A-Za-z0-9_-]{1,1400}$/.test(id) || typeof clientData !== 'string')
      return undefined
    const { challenge } = JSON.parse(Buffer.from(clientData, 'base64url').toString('utf8'))
    return typeof challenge === 'string' ? { credentialId: id, challenge, raw } : undefined
  } catch {
    return undefined
  }
}

/**
 * The verifier of the service at `publicUrl` (Web Authentication Level 3, §7). The library behind it is large, and loaded
 * when it is needed first.
 */
export const passkeyVerifier = (publicUrl: string): PasskeyVerifier => {
  const { hostname: relyingParty, origin } = new URL(publicUrl)
  const expected = (challenge: string) => ({
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: relyingParty,
    requireUserVerification: true,
  })
  return {
    relyingParty,
    async verifyNew({ challenge, raw }) {
      const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
      const response = raw as RegistrationResponseJSON
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response,
        ...expected(challenge),
      }).catch(refused)
      if (!verified || !registrationInfo) return undefined
      const { id, publicKey, counter, transports = [] } = registrationInfo.credential
      return { credentialId: id, publicKey: Buffer.from(publicKey), signCount: counter, transports }
    },
    async verify({ challenge, raw }, { credentialId, publicKey, signCount, transports }) {
      const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
      const result = await verifyAuthenticationResponse({
        response: raw as AuthenticationResponseJSON,
        ...expected(challenge),
        credential: {
          id: credentialId,
          publicKey: new Uint8Array(publicKey),
          counter: signCount,
          transports: [...transports] as AuthenticatorTransport[],
        },
      }).catch(refused)
      return result.verified && 'authenticationInfo' in result
        ? result.authenticationInfo.newCounter
        : undefined
    },
  }
}

// The library throws at whatever is not as it should be; it is somebody else's answer, and never our mistake.
const refused = (): { readonly verified: false; readonly registrationInfo?: undefined } => ({
  verified: false,
})
