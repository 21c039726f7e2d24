import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ScheduledJobName, scheduleIn } from './jobs.ts'

const environments = ['production', 'staging', 'integration'] as const

describe('the calendar', () => {
  // As `reference/background-and-operations.md` 3 has them.
  for (const [job, ...times] of [
    ['renew-internal-tokens', '0 1 * * *', '0 1 * * *', '0 1 * * *'],
    ['sync-app-secrets', '8 1 * * *', '11 1 * * *', '6 1 * * *'],
    ['sync-token-secrets', '9 1 * * *', '12 1 * * *', '7 1 * * *'],
    ['delete-old-events', '17 1 * * *', '18 1 * * *', '16 1 * * *'],
    ['import-organisations', '11 3 * * *', undefined, '11 11 * * *'],
    ['suspend-inactive', '27 4 * * *', undefined, '27 11 * * *'],
    ['send-suspension-reminders', '57 6 * * *', undefined, '57 11 * * *'],
  ] as const satisfies readonly (readonly [ScheduledJobName, ...(string | undefined)[]])[])
    it(`has ${job} when it was done before`, () => {
      deepEqual(
        environments.map((environment) => scheduleIn(environment)[job]),
        times,
      )
    })

  it('BO-Q1 BO-Q2: deletes who never signed in, and ends exemptions, but in staging', () => {
    for (const job of ['delete-never-signed-in', 'end-exemptions'] as const)
      deepEqual(
        environments.map((environment) => job in scheduleIn(environment)),
        [true, false, true],
      )
  })

  it('leaves out what is switched off, and takes other times', () => {
    const changed = scheduleIn('production', { 'suspend-inactive': 'off', 'delete-old-events': '1 2 * * 0' })
    equal('suspend-inactive' in changed, false)
    equal(changed['delete-old-events'], '1 2 * * 0')
  })
})
