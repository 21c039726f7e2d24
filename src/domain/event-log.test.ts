import { deepEqual, equal } from 'node:assert/strict'
import { it } from 'node:test'
import { eventNameOf, eventWords, hiddenEvents } from './event-log.ts'
import { roles } from './user.ts'

it('hides events about tokens from all but superadmins and admins', () => {
  deepEqual(
    roles.map((role) => [role, hiddenEvents(role).length > 0]),
    [
      ['superadmin', false],
      ['admin', false],
      ['super_organisation_admin', true],
      ['organisation_admin', true],
      ['normal', true],
    ],
  )
  deepEqual([...hiddenEvents('normal')].sort(), [29, 30, 43, 44, 48, 92])
})

it('has words for every number, also for those that nothing records any more', () => {
  deepEqual([eventNameOf(17), eventWords(17)], ['email-change-confirmed', 'Email change confirmed'])
  deepEqual([eventNameOf(26), eventWords(26)], [undefined, '2-step prompt deferred'])
  equal(eventWords(2), 'Account suspended')
  equal(eventWords(6), 'Event 6')
})
