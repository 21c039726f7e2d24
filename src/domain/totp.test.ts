import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { issuerOf, judgeCode, setUpAddress, stepAt } from './totp.ts'

/** An app whose codes tell their step. */
const codeAt = (step: number): string => String(step % 1_000_000).padStart(6, '0')
const noon = new Date('2026-11-02T12:00:00Z')
const step = stepAt(noon)
const judge = (typed: string, lastStep = 0, now = noon) => judgeCode(codeAt, typed, lastStep, now)

describe('a code of an authenticator app', () => {
  it('is right in its step and in the one after', () => {
    deepEqual(judge(codeAt(step)), { verdict: 'right', step })
    deepEqual(judge(codeAt(step - 1)), { verdict: 'right', step: step - 1 })
    const lastMoment = new Date('2026-11-02T12:00:59.999Z')
    deepEqual(judge(codeAt(step), 0, lastMoment), { verdict: 'right', step })
    equal(judge(codeAt(step), 0, new Date('2026-11-02T12:01:00Z')).verdict, 'other clock')
  })

  it('is used when it or a later one was', () => {
    equal(judge(codeAt(step), step).verdict, 'used')
    equal(judge(codeAt(step - 1), step).verdict, 'used')
    equal(judge(codeAt(step - 5), step - 1).verdict, 'used')
  })

  it('tells how far another clock is off, up to ten minutes', () => {
    deepEqual(judge(codeAt(step + 1)), { verdict: 'other clock', step: step + 1, secondsAhead: 30 })
    deepEqual(judge(codeAt(step - 20)), { verdict: 'other clock', step: step - 20, secondsAhead: -600 })
    equal(judge(codeAt(step - 21)).verdict, 'wrong')
    equal(judge(codeAt(step + 21)).verdict, 'wrong')
  })
})

describe('the address in a QR code', () => {
  it('names the environment, but in production', () => {
    equal(issuerOf('production'), 'GOV.UK Signon')
    equal(issuerOf('integration'), 'Integration GOV.UK Signon')
    equal(
      setUpAddress('integration', "o'neil+x@example.gov.uk", 'ABC'),
      "otpauth://totp/Integration%20GOV.UK%20Signon:o'neil%2Bx%40example.gov.uk?secret=ABC&issuer=Integration%20GOV.UK%20Signon",
    )
  })
})
