import { sql } from 'kysely'
import type { UserId } from '#domain/user.ts'
import type { StoreContext } from './context.ts'

/** What the page about a person shows beside the account itself. */
export interface UserPageFacts {
  readonly organisation: {
    readonly name: string
    readonly abbreviation: string | null
    readonly isClosed: boolean
  } | null
  /** The name of the person who sent the last invitation, if they are still there. */
  readonly invitedBy: string | null
  readonly pendingEmail: PendingEmail | null
}

/** A change of address that waits for its new address. */
export interface PendingEmail {
  readonly email: string
  readonly begunAt: Date
  /** Who asked for it; nothing when an operator did, or somebody who has gone. */
  readonly begunBy: { readonly id: UserId; readonly name: string } | null
  /** The link that was sent is too old: it must be sent again. */
  readonly isExpired: boolean
}

/** The page about one person, for whoever looks after them. */
export const userPageStore = ({ db, now }: StoreContext) => ({
  async find(user: UserId): Promise<UserPageFacts> {
    const { rows } = await sql<Row>`
      select o.name as organisation, o.abbreviation, o.is_closed, inviter.name as invited_by,
        c.email as new_email, c.created_at as begun_at, beginner.id as begun_by_id, beginner.name as begun_by,
        coalesce(t.expires_at <= ${now()}, false) as is_expired
      from users u
      left join organisations o on o.id = u.organisation_id
      left join users inviter on inviter.id = u.invited_by
      left join email_changes c on c.user_id = u.id
      left join users beginner on beginner.id = c.begun_by
      left join account_tokens t on t.user_id = u.id and t.purpose = 'email-confirmation'
      where u.id = ${user}`.execute(db)
    const [row] = rows
    if (!row) throw new Error(`No user ${user}`)
    return factsOf(row)
  },
})

interface Row {
  readonly organisation: string | null
  readonly abbreviation: string | null
  readonly is_closed: boolean | null
  readonly invited_by: string | null
  readonly new_email: string | null
  readonly begun_at: Date | null
  readonly begun_by_id: UserId | null
  readonly begun_by: string | null
  readonly is_expired: boolean
}

const factsOf = (row: Row): UserPageFacts => ({
  organisation:
    row.organisation === null
      ? null
      : { name: row.organisation, abbreviation: row.abbreviation, isClosed: row.is_closed === true },
  invitedBy: row.invited_by,
  pendingEmail:
    row.new_email === null || row.begun_at === null
      ? null
      : {
          email: row.new_email,
          begunAt: row.begun_at,
          begunBy:
            row.begun_by_id === null || row.begun_by === null
              ? null
              : { id: row.begun_by_id, name: row.begun_by },
          isExpired: row.is_expired,
        },
})
