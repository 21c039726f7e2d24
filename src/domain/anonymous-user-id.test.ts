import { equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { secret } from '#kernel/secret.ts'
import { anonymousUserId } from './anonymous-user-id.ts'
import type { UserUid } from './user.ts'

/** `reference/oauth-and-apis.md` 16.5: uid, secret, id. */
const vectors = [
  ['some-user-id', 'some-anonymous-user-id-secret', '8724f603978a3adc0'],
  ['some-other-user-id', 'some-anonymous-user-id-secret', '69d0cf995988be2e1'],
  ['12345', 'some-anonymous-user-id-secret', '91f4d86cd48c6d0cf'],
  ['some-user-id', 'other-anonymous-user-id-secret', '297069f42a9251c64'],
  ['other-user-id', 'other-anonymous-user-id-secret', '4a3c66e26f5ec4229'],
] as const

describe('the anonymous id of a user', () => {
  for (const [uid, key, id] of vectors)
    it(`CC-96 is ${id} for ${uid} and ${key}, as applications work it out`, () => {
      equal(anonymousUserId(uid as UserUid, secret(key)), id)
    })
})
