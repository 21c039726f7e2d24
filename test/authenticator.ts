import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { Page } from './browser.ts'

export interface PasskeyAnswers {
  /** Where the browser says that it is. */
  readonly origin?: string
  /** How often the passkey says that it was used. */
  readonly count?: number
  /** Did the device verify its person? */
  readonly isVerified?: boolean
}

/** A device with one passkey for the service at `issuer`, as a browser speaks for it (Web Authentication Level 3, §6). */
export const authenticator = (issuer: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const coseKey = Buffer.concat([
    // A map: EC2 (1: 2), ES256 (3: -7), P-256 (-1: 1), x (-2) and y (-3).
    Buffer.from('a5010203262001215820', 'hex'),
    Buffer.from(x, 'base64url'),
    Buffer.from('225820', 'hex'),
    Buffer.from(y, 'base64url'),
  ])
  const id = sha256(coseKey)
  const credentialId = id.toString('base64url')

  const data = ({ count = 0, isVerified = true }: PasskeyAnswers, flags: number, rest = Buffer.alloc(0)) => {
    const head = Buffer.alloc(5)
    head.writeUInt8(flags | (isVerified ? personVerified : 0))
    head.writeUInt32BE(count, 1)
    return Buffer.concat([sha256(new URL(issuer).hostname), head, rest])
  }
  const answer = (
    type: string,
    challenge: string,
    { origin = issuer }: PasskeyAnswers,
    response: object,
  ) => ({
    id: credentialId,
    rawId: credentialId,
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON: encoded(clientData(type, challenge, origin)), ...response },
  })

  return {
    /** Its public half, as it is stored. */
    key: { credentialId, publicKey: coseKey, signCount: 0, transports: ['internal'] },

    /** The new passkey, for this challenge. */
    create(challenge: string, said: PasskeyAnswers = {}): string {
      const length = Buffer.from([0, id.length])
      const rest = Buffer.concat([Buffer.alloc(16), length, id, coseKey])
      const authData = data(said, personPresent | keyIncluded, rest)
      // A map: no format, no statement, and these bytes.
      const head = Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746158', 'hex')
      const attestationObject = encoded(Buffer.concat([head, Buffer.from([authData.length]), authData]))
      return JSON.stringify(answer('webauthn.create', challenge, said, { attestationObject }))
    },

    /** Its signature, for this challenge. */
    get(challenge: string, said: PasskeyAnswers = {}): string {
      const authenticatorData = data(said, personPresent)
      const signed = sha256(clientData('webauthn.get', challenge, said.origin ?? issuer))
      const signature = sign('sha256', Buffer.concat([authenticatorData, signed]), privateKey)
      const response = { authenticatorData: encoded(authenticatorData), signature: encoded(signature) }
      return JSON.stringify(answer('webauthn.get', challenge, said, response))
    },
  }
}

/** The challenge in the form with a passkey of a page. */
export const challengeIn = ({ text }: Page): string => {
  const options = /data-passkey-options="(?<options>[^"]*)"/.exec(text)?.groups?.['options'] ?? '{}'
  return JSON.parse(options.replaceAll('&quot;', '"')).challenge
}

const personPresent = 0x01
const personVerified = 0x04
const keyIncluded = 0x40

const clientData = (type: string, challenge: string, origin: string): Buffer =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest()
const encoded = (data: Buffer): string => data.toString('base64url')
