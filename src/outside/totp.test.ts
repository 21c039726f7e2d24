import { equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stepAt } from '#domain/totp.ts'
import { systemRandom } from '#kernel/random.ts'
import { codesOf, newSecret } from './totp.ts'

describe('codes', () => {
  it('are those of RFC 6238, appendix B, cut to six digits', () => {
    const codeAt = codesOf('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
    for (const [instant, code] of [
      ['1970-01-01T00:00:59Z', '287082'],
      ['2005-03-18T01:58:29Z', '081804'],
      ['2009-02-13T23:31:30Z', '005924'],
      ['2033-05-18T03:33:20Z', '279037'],
      ['2603-10-11T11:33:20Z', '353130'],
    ] as const)
      equal(codeAt(stepAt(new Date(instant))), code)
  })

  it('come from fresh secrets of 160 bits in Base32', () => {
    match(newSecret(systemRandom), /^[A-Z2-7]{32}$/)
  })
})
