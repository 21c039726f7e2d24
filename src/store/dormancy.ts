import type { Role, UserId, UserUid } from '#domain/user.ts'
import type { Connection } from './connection.ts'
import type { StoreContext } from './context.ts'
import type { IdRange } from './id-range.ts'
import { lastSignedInAt, never } from './sign-in-states.ts'

/** A person whose account may have been left unused. */
export interface Dormant {
  readonly id: UserId
  readonly uid: UserUid
  readonly email: string
  readonly role: Role
  readonly lastSignedInAt: Date | null
  readonly unsuspendedAt: Date | null
  readonly invitedAt: Date | null
  readonly invitedBy: UserId | null
}

/** Of the unused: last signed in, and last unsuspended, before these instants. */
export interface UnusedBefore {
  readonly signedIn: Date
  readonly unsuspended: Date
}

/**
 * People who leave their accounts unused. They are sought by ranges of ids, so that each statement is short, whatever it
 * finds. Who is locked by somebody else is passed over: the next run finds them again.
 */
export const dormancyStore = ({ db }: StoreContext) => ({
  /** Who is not suspended, and has not signed in for too long. */
  async unused(range: IdRange, before: UnusedBefore): Promise<readonly Dormant[]> {
    return (await unused(within(db, range), before).execute()).map(dormantOf)
  },

  /** The same person again, and still unused and of the same role; held until the transaction ends. */
  async lockUnused(person: Dormant, before: UnusedBefore): Promise<Dormant | undefined> {
    const row = await unused(only(db, person), before).forNoKeyUpdate().skipLocked().executeTakeFirst()
    return row && dormantOf(row)
  },

  /** Who is not suspended, and last signed in before this instant. */
  async signedInBefore(range: IdRange, instant: Date): Promise<readonly Dormant[]> {
    return (await signedInBefore(within(db, range), instant).execute()).map(dormantOf)
  },

  /** Who was last invited before this instant, and never signed in. */
  async neverSignedIn(range: IdRange, invitedBefore: Date): Promise<readonly Dormant[]> {
    return (await neverSignedIn(within(db, range), invitedBefore).execute()).map(dormantOf)
  },

  /** The same person again, and still of the same role and never signed in; held until the transaction ends. */
  async lockNeverSignedIn(person: Dormant, invitedBefore: Date): Promise<Dormant | undefined> {
    const row = await neverSignedIn(only(db, person), invitedBefore)
      .forNoKeyUpdate()
      .skipLocked()
      .executeTakeFirst()
    return row && dormantOf(row)
  },
})

const people = (db: Connection) =>
  db
    .selectFrom('users as u')
    .innerJoin('sign_in_states as s', 's.user_id', 'u.id')
    .select([
      'u.id',
      'u.uid',
      'u.email',
      'u.role',
      lastSignedInAt.as('lastSignedInAt'),
      'u.unsuspended_at as unsuspendedAt',
      'u.invited_at as invitedAt',
      'u.invited_by as invitedBy',
    ])

type People = ReturnType<typeof people>

const within = (db: Connection, { from, to }: IdRange): People =>
  people(db)
    .where('u.id', '>', from as UserId)
    .where('u.id', '<=', to as UserId)
    .orderBy('u.id')

const only = (db: Connection, { id, role }: Dormant): People =>
  people(db).where('u.id', '=', id).where('u.role', '=', role)

const signedInBefore = (query: People, instant: Date): People =>
  query
    .where('u.suspended_at', 'is', null)
    .where('s.last_signed_in_at', '<', instant)
    .where('s.last_signed_in_at', '>', never)

const unused = (query: People, before: UnusedBefore): People =>
  signedInBefore(query, before.signedIn).where(({ eb, or }) =>
    or([eb('u.unsuspended_at', 'is', null), eb('u.unsuspended_at', '<', before.unsuspended)]),
  )

const neverSignedIn = (query: People, invitedBefore: Date): People =>
  query.where('s.last_signed_in_at', '=', never).where('u.invited_at', '<', invitedBefore)

const dormantOf = (row: {
  readonly id: number
  readonly uid: string
  readonly email: string
  readonly role: string
  readonly lastSignedInAt: Date | null
  readonly unsuspendedAt: Date | null
  readonly invitedAt: Date | null
  readonly invitedBy: number | null
}): Dormant => ({
  ...row,
  id: row.id as UserId,
  uid: row.uid as UserUid,
  role: row.role as Role,
  invitedBy: row.invitedBy as UserId | null,
})
