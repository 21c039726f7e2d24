import { deepEqual, doesNotMatch, equal } from 'node:assert/strict'
import { it } from 'node:test'
import { errorWords, jobWords } from './job-words.ts'

it('says what a job does', () => {
  deepEqual(
    [
      jobWords({ task: 'push-user-update', mail: null }),
      jobWords({ task: 'send-mail', mail: 'two-step-required' }),
    ],
    ['Push user update', 'Send mail: two step required'],
  )
})

it('keeps our own words of a failure as they are, and the first line only', () => {
  equal(errorWords('Whitehall answered with status 503.'), 'Whitehall answered with status 503.')
  equal(errorWords('\n  No such place\n    at secret.ts:12\n'), 'No such place')
  equal(errorWords('left\u0007right'), 'left right')
  equal(errorWords(null), 'Nothing is known of why it failed.')
  equal(errorWords('x'.repeat(1000)), `${'x'.repeat(300)}…`)
})

it('leaves out what looks like a credential', () => {
  const secrets = [
    'sgn_4jK1mZ0s9TqLwYb8Xc2Vd7Re6Uf5Hg3A1n0MpQiOkJs',
    'c0ffee'.repeat(8),
    'MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3A=',
  ]
  for (const secret of secrets)
    for (const error of [
      `401 for Bearer ${secret}`,
      `refused ${secret}, sorry`,
      `https://x.gov.uk/?t=${secret}`,
    ])
      doesNotMatch(errorWords(error), new RegExp(secret.slice(0, 12)), error)
  doesNotMatch(errorWords('smtp://signon:hunter2@mail.gov.uk:587 is away'), /hunter2/)
  doesNotMatch(errorWords('GET /auth?code=short&state=s1 failed'), /short|s1/)
  doesNotMatch(errorWords('Authorization: basic dXNlcjpwdw=='), /dXNl/)
})
