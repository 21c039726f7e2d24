import { sql } from 'kysely'
import type { UserId } from '#domain/user.ts'
import { statement } from './connection.ts'

/**
 * What signing in changes of an account lies beside it, in `sign_in_states` (docs/adr/0014): a row for each person, and
 * none for machines. Whoever holds both holds the account first.
 */
export interface SignInState {
  readonly locked_at: Date | null
  readonly last_signed_in_at: Date | null
}

/** The last sign-in of whoever has never signed in, as the table has it. */
export const never = sql<Date>`'-infinity'::timestamptz`

/** Of the row `s`, which may be missing: when they last signed in, if they ever did. */
export const lastSignedInAt = sql<Date | null>`nullif(s.last_signed_in_at, ${never})`

/** The person's, held until the transaction ends; nothing for a machine. */
export const lockSignInState = statement<SignInState, [UserId]>(
  'sign-in-states.lock',
  `select locked_at, nullif(last_signed_in_at, '-infinity') as last_signed_in_at
   from sign_in_states where user_id = $1 for no key update`,
)
