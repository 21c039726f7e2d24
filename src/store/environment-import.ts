import { sql } from 'kysely'
import { DatabaseError } from 'pg'
import { type FileRow, type RowKind, rowKinds } from '#domain/environment-file.ts'
import type { UserId } from '#domain/user.ts'
import { Conflict, Invalid } from '#kernel/failure.ts'
import type { Connection } from './connection.ts'
import type { StoreContext } from './context.ts'
import { endAccess, mergeSteps } from './environment-import.sql.ts'
import { at, travelling } from './environment-rows.ts'
import { lockOrganisationGraph } from './organisation-graph-lock.ts'
import { sealedFactorOf } from './second-factors.ts'

/** How many rows were added, changed and removed, by table: `users added`. */
export type Changes = Readonly<Record<string, number>>

/** One number that only we use: “sgne” in ASCII. */
const lockNumber = 0x73676e65

/** Makes this environment a copy of another, from rows that are staged first. All of it belongs to one transaction. */
export const environmentImportStore = ({ db, now, random, keys }: StoreContext) => {
  const open = ({ sealed, sealedFor }: SealedApp): string | undefined => {
    try {
      return keys.open(sealed, sealedFactorOf(sealedFor))
    } catch {
      return undefined
    }
  }
  return {
    /** Makes room for what is staged. Throws `Conflict` while another import runs. */
    async begin(): Promise<void> {
      const { rows } = await sql<{ isFree: boolean }>`
        select pg_try_advisory_xact_lock(${lockNumber}) as "isFree"`.execute(db)
      if (!rows[0]?.isFree) throw new Conflict('Another import is running.')
      await sql`set local statement_timeout = '30min'`.execute(db)
      await sql`set local idle_in_transaction_session_timeout = '30min'`.execute(db)
      for (const kind of rowKinds)
        await sql`create temporary table ${staged(kind)} (${sql.raw(travelling[kind].columns)}) on commit drop`.execute(
          db,
        )
    },

    /** Was this migration applied to this database? */
    async knowsMigration(name: string): Promise<boolean> {
      const { rows } = await sql`select from schema_migrations where name = ${name}`.execute(db)
      return rows.length === 1
    },

    /** Keeps rows of one kind aside. Throws `Invalid` for what is not as it should be. */
    async stage(kind: RowKind, rows: readonly FileRow['row'][]): Promise<void> {
      await sql`
        insert into ${staged(kind)}
        select * from jsonb_populate_recordset(null::${staged(kind)}, ${JSON.stringify(rows)}::jsonb)`
        .execute(db)
        .catch(throwAsInvalid)
    },

    /** Does a key of the ring open the secret of this row of an authenticator app? */
    opens: (row: FileRow['row']): boolean =>
      open({ sealed: String(row['sealed_secret']), sealedFor: Number(row['sealed_for']) as UserId }) !==
      undefined,

    /**
     * Makes what is staged what there is, and leaves what this environment issued itself: secrets, tokens, passkeys.
     * Throws `Invalid` for rows that belong to nothing, or that break a rule.
     */
    async merge({ withAuthenticators }: { readonly withAuthenticators: boolean }): Promise<Changes> {
      await lockOrganisationGraph(db)
      const changes: Record<string, number> = {}
      try {
        for (const statement of preparations) await sql.raw(statement).execute(db)
        for (const { counts, text } of mergeSteps) {
          const { numAffectedRows } = await at(now(), text).execute(db)
          if (counts) changes[counts] = Number(numAffectedRows)
        }
        if (withAuthenticators) Object.assign(changes, await mergeAuthenticators(db, seal))
        for (const { text } of endAccess) await at(now(), text).execute(db)
      } catch (error) {
        throwAsInvalid(error)
      }
      return changes
    },
  }

  function seal(app: MissingApp): string {
    return keys.seal(open(app) ?? '', sealedFactorOf(app.user), random)
  }
}

interface SealedApp {
  readonly sealed: string
  /** Its person's id where it was sealed. */
  readonly sealedFor: UserId
}

/** An authenticator app that its person has elsewhere, and not here yet. */
interface MissingApp extends SealedApp {
  readonly user: UserId
  readonly name: string
  readonly lastStep: string
  /** In the database's own words, which keep every digit. */
  readonly createdAt: string
  readonly lastUsedAt: string | null
}

const appsAtOnce = 1000

/** The person's apps are those of the file; each is sealed anew, for their id here. Whose change is kept for `endAccess`. */
const mergeAuthenticators = async (db: Connection, seal: (app: MissingApp) => string): Promise<Changes> => {
  const { numAffectedRows } = await sql`
    with gone as (
      delete from totp_factors f using users u where u.id = f.user_id and not exists (
        select from staged_authenticator s
        where s.uid = u.uid and s.name = f.name and s.created_at = f.created_at)
      returning f.user_id
    )
    insert into changed_access select user_id from gone`.execute(db)
  let added = 0
  for (;;) {
    const { rows } = await sql<MissingApp>`
      select distinct on (u.id, s.name, s.created_at) u.id as "user", s.sealed_for as "sealedFor", s.sealed_secret as sealed,
        s.name, s.last_step::text as "lastStep", s.created_at::text as "createdAt", s.last_used_at::text as "lastUsedAt"
      from staged_authenticator s join users u using (uid) where not exists (
        select from totp_factors f where f.user_id = u.id and f.name = s.name and f.created_at = s.created_at)
      limit ${appsAtOnce}`.execute(db)
    if (rows.length === 0)
      return { 'authenticators removed': Number(numAffectedRows), 'authenticators added': added }
    const sealed = JSON.stringify(rows.map((app) => ({ ...app, sealed: seal(app) })))
    await sql`
      with new as (
        insert into totp_factors (user_id, name, sealed_secret, last_step, created_at, last_used_at)
        select "user", name, sealed, "lastStep", "createdAt", "lastUsedAt" from jsonb_to_recordset(${sealed}::jsonb)
          as r ("user" integer, name text, sealed text, "lastStep" bigint, "createdAt" timestamptz, "lastUsedAt" timestamptz)
        returning user_id
      )
      insert into changed_access select user_id from new`.execute(db)
    added += rows.length
  }
}

const tableName = (kind: RowKind): string => `staged_${kind.replaceAll('-', '_')}`

const staged = (kind: RowKind) => sql.table(tableName(kind))

/** One row of each, and the planner knows how many there are. */
const preparations: readonly string[] = [
  'create unique index on staged_organisation (content_id)',
  'create unique index on staged_organisation_parent (child, parent)',
  'create unique index on staged_application (client_id)',
  'create unique index on staged_permission (client_id, name)',
  'create unique index on staged_user (uid)',
  'create index on staged_authenticator (uid)',
  ...rowKinds.map((kind) => `analyze ${tableName(kind)}`),
]

// 22: a value that is none of its type; 23: one that breaks a rule of the database (PostgreSQL's manual, appendix A).
const ofWhatIsWritten = /^2[23]/

/** What the database says may repeat what it was given, so only the rule that is broken is told. */
const throwAsInvalid = (error: unknown): never => {
  if (!(error instanceof DatabaseError && ofWhatIsWritten.test(error.code ?? ''))) throw error
  const rule = [error.table, error.column, error.constraint].filter(Boolean).join(' ')
  throw new Invalid(
    `The file holds something that cannot be: it breaks a rule of the database (${rule || `code ${error.code}`}).`,
  )
}
