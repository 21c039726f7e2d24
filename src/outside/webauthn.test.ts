import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { authenticator } from '#test/authenticator.ts'
import { passkeyVerifier, readPasskeyAnswer } from './webauthn.ts'

const issuer = 'https://signon.example'
const verifier = passkeyVerifier(issuer)
const challenge = Buffer.from('of this page').toString('base64url')

const read = (answer: string) => {
  const taken = readPasskeyAnswer(answer)
  if (!taken) throw new Error(`no answer: ${answer}`)
  return taken
}

describe('a new passkey', () => {
  it('is one that answers the challenge, here, by a device that verified its person', async () => {
    const device = authenticator(issuer)
    const made = await verifier.verifyNew(read(device.create(challenge, { count: 3 })))
    deepEqual(
      [made?.credentialId, made?.publicKey, made?.signCount],
      [device.key.credentialId, device.key.publicKey, 3],
    )
    for (const said of [{ origin: 'https://signon.example.evil' }, { isVerified: false }])
      equal(await verifier.verifyNew(read(device.create(challenge, said))), undefined, JSON.stringify(said))
    const elsewhere = authenticator('https://signon.evil')
    equal(await verifier.verifyNew(read(elsewhere.create(challenge, { origin: issuer }))), undefined)
  })
})

describe('the answer of a passkey', () => {
  it('is right when its key signed the challenge, here, and its device verified its person', async () => {
    const device = authenticator(issuer)
    equal(await verifier.verify(read(device.get(challenge, { count: 7 })), device.key), 7)
    for (const said of [
      { origin: 'https://evil.example' },
      { origin: 'http://signon.example' },
      { origin: 'https://signon.example:8443' },
      { isVerified: false },
    ])
      equal(
        await verifier.verify(read(device.get(challenge, said)), device.key),
        undefined,
        JSON.stringify(said),
      )
  })

  it('is wrong when another key signed it, or for another host', async () => {
    const [device, other] = [authenticator(issuer), authenticator(issuer)]
    const stolen = { ...device.key, publicKey: other.key.publicKey }
    equal(await verifier.verify(read(device.get(challenge)), stolen), undefined)
    const elsewhere = authenticator('https://signon.evil')
    equal(await verifier.verify(read(elsewhere.get(challenge, { origin: issuer })), elsewhere.key), undefined)
  })

  it('is wrong when its count did not grow, but for one that never counts', async () => {
    const device = authenticator(issuer)
    const used = { ...device.key, signCount: 7 }
    for (const [count, isRight] of [
      [8, true],
      [7, false],
      [6, false],
      [0, false],
    ] as const)
      equal(
        (await verifier.verify(read(device.get(challenge, { count })), used)) === count,
        isRight,
        String(count),
      )
    equal(await verifier.verify(read(device.get(challenge, { count: 0 })), device.key), 0)
  })

  it('is none when it has not the shape of one', () => {
    const whole = JSON.parse(authenticator(issuer).get(challenge))
    for (const broken of [
      null,
      [],
      'text',
      {},
      { ...whole, id: undefined },
      { ...whole, id: 'ünicode' },
      { ...whole, id: 'x'.repeat(1401) },
      { ...whole, response: null },
      { ...whole, response: { clientDataJSON: 'not JSON' } },
    ])
      equal(readPasskeyAnswer(JSON.stringify(broken)), undefined, JSON.stringify(broken)?.slice(0, 60))
    equal(readPasskeyAnswer('{'), undefined)
  })
})
