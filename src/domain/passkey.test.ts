import { equal, match } from 'node:assert/strict'
import { it } from 'node:test'
import { after, minute } from '#kernel/clock.ts'
import { systemRandom } from '#kernel/random.ts'
import { keyRing } from '#kernel/sealed.ts'
import { challengeExpiry, mintChallenge } from './passkey.ts'

const now = new Date('2026-11-02T09:30:00Z')
const [older, newer] = [
  { id: 'older', bytes: Buffer.alloc(32, 1) },
  { id: 'newer', bytes: Buffer.alloc(32, 2) },
]
const keys = keyRing([older])

it('a challenge is good for ten minutes, for its use and its browser', () => {
  const challenge = mintChallenge(keys, systemRandom, now, 'sign-in', 'this browser')
  match(challenge, /^[A-Za-z0-9_-]{75}$/)
  const expiry = challengeExpiry(keys, now, 'sign-in', 'this browser', challenge)
  equal(expiry?.getTime(), after(now, 10 * minute).getTime())
  const later = challengeExpiry(keys, after(now, 11 * minute), 'sign-in', 'this browser', challenge)
  equal(later?.getTime(), expiry?.getTime())
  equal(challengeExpiry(keys, now, 'second step', 'this browser', challenge), undefined)
  equal(challengeExpiry(keys, now, 'sign-in', 'another browser', challenge), undefined)
})

it('a challenge that was tampered with is not ours', () => {
  const challenge = mintChallenge(keys, systemRandom, now, 'sign-in', 'this browser')
  for (const changed of [
    '',
    'A',
    `A${challenge}`,
    `${challenge}=`,
    challenge.slice(0, -2),
    `B${challenge.slice(1)}`,
  ])
    equal(challengeExpiry(keys, now, 'sign-in', 'this browser', changed), undefined, changed)
})

it('a challenge outlives the change of keys', () => {
  const challenge = mintChallenge(keys, systemRandom, now, 'sign-in', 'this browser')
  const rotated = keyRing([newer, older])
  equal(challengeExpiry(rotated, now, 'sign-in', 'this browser', challenge) === undefined, false)
})
