import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mintChallenge } from '#domain/passkey.ts'
import { minute } from '#kernel/clock.ts'
import type { PasskeyVerifier } from '#outside/webauthn.ts'
import { startSignon } from '#test/signon.ts'
import { signInWithPasskey } from './sign-in-with-passkey.ts'

const test = await startSignon()
const { signon, clock } = test
const holder = 'this browser'

/** Finds that every answer is right, and that its passkey was used so often. */
const verifier = (signCount: number): PasskeyVerifier => ({
  relyingParty: 'signon.example',
  verify: async () => signCount,
  verifyNew: async () => undefined,
})

const person = async (name: string) => {
  const user = await test.user(name, { twoStep: true })
  const credentialId = Buffer.from(name).toString('base64url')
  const key = { credentialId, publicKey: Buffer.from(name), signCount: 5, transports: [] }
  await signon.single.passkeys.add(user.id, 'Laptop', key)
  const answer = (): string => {
    const challenge = mintChallenge(signon.keys, signon.random, clock.now(), 'sign-in', holder)
    const clientDataJSON = Buffer.from(JSON.stringify({ challenge })).toString('base64url')
    return JSON.stringify({ id: credentialId, response: { clientDataJSON } })
  }
  return {
    user,
    signIn: ({ replaces = undefined as string | undefined, signCount = 6 } = {}) =>
      signInWithPasskey(
        signon,
        verifier(signCount),
        { kind: 'person' },
        { answer: answer(), holder, replaces },
      ),
  }
}

const announced = (user: number) =>
  test.rows<{ payload: unknown }>(
    `select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     where t.identifier = 'announce-user' and (payload->>'user')::int = $1`,
    [user],
  )

describe('a passkey', () => {
  it('signs nobody in who has no password any more, and tells them that', async () => {
    const { user, signIn } = await person('Una')
    await signon.transaction((work) => work.passwords.discard(user.id))
    equal((await signIn()).outcome, 'no password')
    deepEqual(await test.rows('select from sessions where user_id = $1', [user.id]), [])
    deepEqual(await test.events(user.uid), [12])
  })

  it('that was copied signs nobody in: its count did not grow', async () => {
    const { user, signIn } = await person('Cora')
    equal((await signIn({ signCount: 5 })).outcome, 'refused')
    equal((await signIn({ signCount: 6 })).outcome, 'signed in')
    equal((await signIn({ signCount: 6 })).outcome, 'refused')
    deepEqual(await test.events(user.uid), [12, 11, 12])
  })

  it('signs out whoever used the browser before, here and in applications', async () => {
    const before = await test.user('Before')
    const { user, signIn } = await person('Afterwards')
    const replaces = await signon.single.sessions.open(before.id, 'full', {})
    equal((await signIn({ replaces })).outcome, 'signed in')
    deepEqual(await test.rows('select number, actor_id from events where about_uid = $1', [before.uid]), [
      { number: 49, actor_id: user.id },
    ])
    deepEqual(await announced(before.id), [
      { payload: { user: before.id, update: false, reauthenticate: true } },
    ])
  })

  it('CC-63 signs nobody out whose session had timed out before', async () => {
    const before = await test.user('Timed out')
    const { signIn } = await person('Next')
    const replaces = await signon.single.sessions.open(before.id, 'full', {})
    clock.step(31 * minute)
    equal((await signIn({ replaces })).outcome, 'signed in')
    deepEqual(await test.events(before.uid), [])
    deepEqual(await announced(before.id), [])
    equal((await signon.single.sessions.use(replaces)).state, 'none')
  })
})
