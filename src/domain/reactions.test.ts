import { deepEqual } from 'node:assert/strict'
import { it } from 'node:test'
import { type EventName, eventKinds } from './events.ts'
import { reactionsTo } from './reactions.ts'
import type { UserId, UserUid } from './user.ts'

const someone = { id: 1 as UserId, uid: '' as UserUid }
const names = Object.keys(eventKinds) as EventName[]

const asksToAuthenticate = (name: EventName): boolean =>
  reactionsTo({ name, about: someone }).some(
    (job) => job.name === 'announce-user' && job.payload.reauthenticate,
  )

// Not a lock: anybody who knows an address can bring one about.
it('asks applications to make a person authenticate again when their old sessions are worth nothing', () => {
  deepEqual(names.filter(asksToAuthenticate).sort(), [
    'account-suspended',
    'account-suspended-as-unused',
    'account-unsuspended',
    'email-change-objected',
    'password-changed',
    'password-reset',
    'password-reset-forced',
    'password-set',
    'session-ended',
    'sessions-ended',
    'signed-out',
    'two-step-reset',
  ])
})
