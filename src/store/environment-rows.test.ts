import { deepEqual, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RowKind } from '#domain/environment-file.ts'
import { startSignon } from '#test/signon.ts'
import { travelling } from './environment-rows.ts'

const { rows } = await startSignon()

/** Tables of which something travels: as which kind of row, and which columns do not. */
const split: Readonly<Record<string, readonly [RowKind, readonly string[]]>> = {
  organisations: ['organisation', ['id']],
  organisation_parents: ['organisation-parent', ['is_effective']],
  applications: ['application', ['id']],
  permissions: ['permission', ['id']],
  users: [
    'user',
    // Factors are counted by a trigger.
    ['id', 'has_second_factor'],
  ],
  // Wrong passwords were typed there, and role and organisation are the account's.
  sign_in_states: ['user', ['failed_attempts', 'locked_at', 'second_factor_attempts']],
  // Codes were guessed there.
  totp_factors: ['authenticator', ['id', 'refused_steps']],
  grants: ['grant', []],
  // Applications here have heard nothing from there.
  user_applications: ['use', ['last_synced_at']],
  api_tokens: [
    'token',
    [
      ...[
        'id',
        'token_hash',
        'visible_prefix',
        'last_used_at',
        'replaces_id',
        'request_key_hash',
        'sealed_token',
      ],
      // Of its time, only how long it was.
      'created_at',
    ],
  ],
}

/** What lets somebody in without a password, what belongs to the place, and what is made from the rest. */
const stays: readonly string[] = [
  ...['sessions', 'authorizations', 'spent_refresh_tokens', 'application_secrets', 'push_credentials'],
  ...[
    'account_tokens',
    'email_changes',
    'old_passwords',
    'passkeys',
    'answered_challenges',
    'recovery_codes',
  ],
  ...[
    'remembered_browsers',
    'account_notices',
    'api_token_notices',
    'throttles',
    'events',
    'awaited_api_tokens',
  ],
  ...[
    'application_months',
    'batches',
    'batch_permissions',
    'batch_rows',
    'access_changes',
    'access_change_members',
  ],
  ...[
    'mass_resets',
    'mass_reset_members',
    'job_runs',
    'organisation_imports',
    'user_searches',
    'listed_organisations',
    'schema_migrations',
  ],
]

/** Columns that travel under another name. */
const otherNames: Readonly<Record<string, string>> = {
  organisation_id: 'organisation',
  ruled_by_id: 'ruled_by',
  child_id: 'child',
  parent_id: 'parent',
  user_id: 'uid',
  application_id: 'client_id',
  permission_id: 'permission',
  expires_at: 'days',
  revoked_at: 'days',
}

describe('what travels from one environment to another', () => {
  it('is decided for every table', async () => {
    const tables = await rows<{ name: string }>(
      `select c.relname as name from pg_class c where c.relkind in ('r', 'p') and not c.relispartition
         and c.relnamespace = 'public'::regnamespace order by 1`,
    )
    deepEqual(
      tables.map(({ name }) => name).filter((name) => !stays.includes(name) && !(name in split)),
      [],
      'put these among those that travel or those that stay',
    )
  })

  it('is decided for every column of a table of which something travels', async () => {
    for (const [table, [kind, left]] of Object.entries(split)) {
      const columns = await rows<{ name: string }>(
        'select column_name as name from information_schema.columns where table_name = $1',
        [table],
      )
      for (const { name } of columns.filter((column) => !left.includes(column.name)))
        match(
          travelling[kind].columns,
          new RegExp(`\\b${otherNames[name] ?? name} ?`),
          `${table}.${name} travels, or stays: say which, and count fileFormat up`,
        )
    }
  })
})
