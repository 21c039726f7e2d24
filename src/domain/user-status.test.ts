import { equal } from 'node:assert/strict'
import { it } from 'node:test'
import { after, hour, minute } from '#kernel/clock.ts'
import { userStatus } from './user-status.ts'

const now = new Date('2026-11-02T09:30:00Z')
const aMinuteAgo = after(now, -minute)

it('a suspension outranks a lock, and a lock ends by itself', () => {
  equal(userStatus({ suspendedAt: null, lockedAt: null }, now), 'active')
  equal(userStatus({ suspendedAt: null, lockedAt: aMinuteAgo }, now), 'locked')
  equal(userStatus({ suspendedAt: null, lockedAt: after(now, -hour) }, now), 'active')
  equal(userStatus({ suspendedAt: aMinuteAgo, lockedAt: aMinuteAgo }, now), 'suspended')
})
