import { deepEqual } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sql } from 'kysely'
import { signInThrottle } from '#domain/throttle.ts'
import { startSignon } from '#test/signon.ts'
import { throttleStore } from './throttles.ts'

const test = await startSignon()

describe('a statement that does not wait for the disk', () => {
  it('does not keep the transaction that it is part of from waiting', async () => {
    await test.db.transaction().execute(async (db) => {
      await sql`set local synchronous_commit = on`.execute(db)
      await throttleStore({
        ...test.signon,
        db,
        now: () => test.clock.now(),
        uriSubstitution: undefined,
        origin: undefined,
      }).take(signInThrottle, 'x')
      const { rows } = await sql`show synchronous_commit`.execute(db)
      deepEqual(rows, [{ synchronous_commit: 'on' }])
    })
  })
})
