import { equal } from 'node:assert/strict'
import { it } from 'node:test'
import { after, hour, minute } from '#kernel/clock.ts'
import { userStatus } from './user-status.ts'

const now = new Date('2026-11-02T09:30:00Z')
const aMinuteAgo = after(now, -minute)
const plain = { suspendedAt: null, lockedAt: null, invitedAt: null, invitationAcceptedAt: null }

it('a suspension outranks a lock, and a lock ends by itself', () => {
  equal(userStatus({ ...plain }, now), 'active')
  equal(userStatus({ ...plain, lockedAt: aMinuteAgo }, now), 'locked')
  equal(userStatus({ ...plain, lockedAt: after(now, -hour) }, now), 'active')
  equal(userStatus({ ...plain, lockedAt: aMinuteAgo, invitedAt: aMinuteAgo }, now), 'invited')
  equal(userStatus({ ...plain, invitedAt: aMinuteAgo, invitationAcceptedAt: now }, now), 'active')
  equal(userStatus({ ...plain, suspendedAt: aMinuteAgo, lockedAt: aMinuteAgo }, now), 'suspended')
})
