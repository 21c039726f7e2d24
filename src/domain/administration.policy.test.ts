import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mayAdminister } from './administration.policy.ts'

describe('who may administer', () => {
  it('lets operators and Signon itself', () => {
    equal(mayAdminister({ kind: 'console', name: 'ada' }, 'suspend a user').allowed, true)
    equal(mayAdminister({ kind: 'signon' }, 'suspend a user').allowed, true)
  })

  it('refuses people and applications, and says why', () => {
    deepEqual(mayAdminister({ kind: 'person' }, 'suspend a user'), {
      allowed: false,
      reason: 'an actor of the kind person may not suspend a user',
    })
    equal(mayAdminister({ kind: 'application' }, 'create an API token').allowed, false)
    equal(mayAdminister({ kind: 'person' }, 'set a password').allowed, false)
  })
})
