import { equal, notEqual, ok, throws } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { systemRandom } from './random.ts'
import { type Key, keyRing } from './sealed.ts'
import { secret } from './secret.ts'

const key = (id: string): Key => ({ id, bytes: systemRandom.bytes(32) })

describe('a key ring', () => {
  it('opens what it sealed, and seals it differently each time', () => {
    const ring = keyRing([key('a')])
    const sealed = ring.seal('the secret', 'row 1', systemRandom)
    equal(ring.open(sealed, 'row 1'), 'the secret')
    notEqual(ring.seal('the secret', 'row 1', systemRandom), sealed)
    ok(!sealed.includes('the secret'))
  })

  it('opens with an older key after a newer one came in front of it', () => {
    const old = key('2025')
    const sealed = keyRing([old]).seal('the secret', 'row 1', systemRandom)
    const rotated = keyRing([key('2026'), old])
    equal(rotated.open(sealed, 'row 1'), 'the secret')
    ok(rotated.seal('x', 'y', systemRandom).startsWith('2026.'))
    const made = keyRing([old]).mac('csrf', 'x')
    ok(rotated.isMac('csrf', 'x', made))
    ok(!rotated.isMac('csrf', 'y', made))
    ok(!rotated.isMac('csrf', 'x', made.subarray(1)))
  })

  it('opens nothing that was moved to another row, altered, cut short, or sealed by a key that is gone', () => {
    const ring = keyRing([key('a')])
    const sealed = ring.seal('the secret', 'row 1', systemRandom)
    const [id, nonce, tag, body] = sealed.split('.')
    throws(() => ring.open(sealed, 'row 2'))
    throws(() => ring.open(`${id}.${nonce}.${tag}.${body}AA`, 'row 1'))
    throws(() => ring.open(`${id}.${nonce}.${tag?.slice(0, 4)}.${body}`, 'row 1'))
    throws(() => ring.open(`${id}.${nonce}`, 'row 1'))
    throws(() => keyRing([key('b')]).open(sealed, 'row 1'), /No key a/)
  })

  it('takes no key of another length', () => {
    throws(() => keyRing([{ id: 'short', bytes: systemRandom.bytes(16) }]), /32 bytes/)
  })

  it('makes another hash of the same text for another purpose', () => {
    const ring = keyRing([key('a')])
    ok(!ring.mac('csrf', 'x').equals(ring.mac('unknown address', 'x')))
  })
})

describe('a secret', () => {
  it('prints as [secret] wherever it slips out, and is revealed on purpose', () => {
    const held = secret('hunter2')
    for (const shown of [
      `${held}`,
      String(held),
      JSON.stringify({ held }),
      inspect({ held }),
      inspect(held),
    ]) {
      ok(!shown.includes('hunter2'), shown)
      ok(shown.includes('[secret]'), shown)
    }
    equal(held.reveal(), 'hunter2')
  })
})
