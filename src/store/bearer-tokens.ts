import { type ApplicationId, signinPermission } from '#domain/application.ts'
import { accessTokenMilliseconds } from '#domain/oauth/lifetimes.ts'
import { after, hour, minute } from '#kernel/clock.ts'
import { hashToken, isMadeSince, type TimeOrderedId, tokenId } from '#kernel/token.ts'
import * as queries from './bearer-tokens.sql.ts'
import { type Connection, statement } from './connection.ts'
import type { StoreContext } from './context.ts'
import { together } from './together.ts'

/** A token as introspection tells of it. Times are seconds since 1970. */
export interface IntrospectedToken {
  readonly applicationId: ApplicationId
  readonly clientId: string
  readonly isLive: boolean
  /** Else it is a refresh token, which proves nothing by itself. */
  readonly isAccessToken: boolean
  readonly issuedAt: number
  readonly expiresAt: number | null
}

interface Presented {
  readonly id: TimeOrderedId
  readonly hash: Buffer
  readonly clientId: string | undefined
}

/** Access tokens of people's authorizations and of machines, as they are presented. */
export const bearerTokenStore = ({ db, now }: StoreContext) => {
  const readPersons = together<Presented, queries.PlacedRow>(async (tokens) =>
    inTheirPlaces(
      tokens,
      await queries.readPersons(
        db,
        tokens.map(({ id }) => id),
        tokens.map(({ hash }) => hash),
        now(),
        after(now(), -minute),
      ),
    ),
  )
  const readAndNotePersons = together<Presented, queries.PlacedRow>(async (tokens) =>
    inTheirPlaces(
      tokens,
      await queries.readAndNotePersons(
        db,
        tokens.map(({ id }) => id),
        tokens.map(({ hash }) => hash),
        now(),
        after(now(), -minute),
        tokens.map(({ clientId }) => clientId ?? null),
      ),
    ),
  )
  const presentPersons = async (token: Presented): Promise<queries.PresentedToken | undefined> => {
    const aMinuteAgo = after(now(), -minute)
    // A token of this very minute has most likely never been presented before: one statement reads it and notes that.
    if (isMadeSince(token.id, aMinuteAgo)) {
      const row = await readAndNotePersons(token)
      return row && withoutAccess(row)
    }
    const row = await readPersons(token)
    const presented = row && withoutAccess(row)
    if (
      presented &&
      row.isDue &&
      presented.problem === null &&
      (token.clientId ?? row.clientId) === row.clientId
    )
      await queries.notePersons(db, token.id, now(), aMinuteAgo)
    return presented
  }

  return {
    /**
     * Reads a token and its holder. Where the token is good for `clientId` (any client, when absent), it is noted that
     * the application has had the permissions (at most once a minute) and that a machine's token was used (at most once
     * an hour).
     */
    async present(token: string, clientId?: string): Promise<queries.PresentedToken | undefined> {
      const [id, hash] = [tokenId(token), hashToken(token)]
      const persons = id === undefined ? undefined : await presentPersons({ id, hash, clientId })
      // Tokens of machines made before ours had their prefix may look like those of people.
      return persons ?? presentMachines(db, now(), hash, clientId)
    },

    /** What introspection tells of an access or refresh token. */
    async introspect(token: string): Promise<IntrospectedToken | undefined> {
      const [row] = await introspect(
        db,
        tokenId(token) ?? null,
        hashToken(token),
        now(),
        accessTokenMilliseconds / 1000,
      )
      return row
    },
  }
}

/** The rows in the order of what was asked for; nothing in the place of what is not there. */
const inTheirPlaces = (asked: readonly unknown[], rows: readonly queries.PlacedRow[]) => {
  const placed = new Map(rows.map((row) => [Number(row.place), row]))
  return asked.map((_, index) => placed.get(index + 1))
}

const presentMachines = async (
  db: Connection,
  at: Date,
  hash: Buffer,
  clientId: string | undefined,
): Promise<queries.PresentedToken | undefined> => {
  const [aMinuteAgo, anHourAgo] = [after(at, -minute), after(at, -hour)]
  const [row] = await queries.readMachines(db, hash, at, aMinuteAgo, anHourAgo)
  if (row?.isDue) await queries.noteMachines(db, hash, at, aMinuteAgo, anHourAgo, clientId ?? null)
  return row && withoutAccess(row)
}

/** Who lost access holds an invalid token, whatever else is the matter with it. */
const withoutAccess = (row: queries.PresentedRow): queries.PresentedToken =>
  row.permissions.includes(signinPermission) ? row : { ...row, problem: 'invalid' }

const introspect = statement<IntrospectedToken, [TimeOrderedId | null, Buffer, Date, number]>(
  'bearer-tokens.introspect',
  `with token as (
     select f.user_id, f.application_id, f.ended_at as revoked_at,
       case when f.access_hash = $2 then f.access_expires_at else f.expires_at end as expires_at,
       f.access_expires_at - make_interval(secs => $4) as issued_at,
       f.access_hash = $2 as is_access_token
     from authorizations f where f.id = $1 and $2 in (f.access_hash, f.refresh_hash)
     union all
     select t.user_id, t.application_id, t.revoked_at, t.expires_at, t.created_at, true from api_tokens t where t.token_hash = $2
   )
   select token.application_id as "applicationId", a.client_id as "clientId",
     token.is_access_token as "isAccessToken",
     token.revoked_at is null and coalesce(token.expires_at > $3, true) and u.suspended_at is null
       and a.retired_at is null and ${queries.maySignIn} as "isLive",
     floor(extract(epoch from token.issued_at))::float8 as "issuedAt",
     floor(extract(epoch from token.expires_at))::float8 as "expiresAt"
   from token join applications a on a.id = token.application_id join users u on u.id = token.user_id`,
)
