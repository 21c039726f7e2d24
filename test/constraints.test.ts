import { deepEqual, rejects } from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { fillHouse } from './browser/filled-house.ts'
import { startSignon } from './signon.ts'

const test = await startSignon()

/** A row, at least, in each table that has rules and that a filled house leaves empty. */
const more = [
  `insert into account_tokens (token_hash, user_id, purpose, created_at, expires_at)
   select sha256(id::text::bytea), id, 'password-reset', created_at, created_at from users where kind = 'person'`,
  `insert into answered_challenges select sha256('any'), created_at from users limit 1`,
  `insert into api_token_notices (api_token_id, days, created_at) select id, 7, created_at from api_tokens`,
  `insert into application_months select id, '2026-11-01', 1, 1, 0, 0 from applications`,
  `insert into authorizations (id, user_id, application_id, authenticated_at, redirect_base, code_hash, expires_at, created_at)
   select 1, u.id, a.id, u.created_at, 'https://a.example/', sha256('any'), u.created_at, u.created_at
   from users u, applications a limit 1`,
  `insert into awaited_api_tokens (user_id, application_id, days, created_at)
   select user_id, application_id, 1, created_at from api_tokens`,
  `insert into email_changes (user_id, email, created_at) select id, 'a@b.example', created_at from users limit 1`,
  `insert into job_runs (task, worker, began_at) select 'any', 'any', created_at from users limit 1`,
  `insert into recovery_codes select id, sha256('any'), created_at from users limit 1`,
]

/** Copies of a row of a table, so many, that differ in what is changed; `n` counts from 901. */
const copied = (table: string, changes: string, times = 1): string =>
  `insert into ${table} overriding system value
   select (jsonb_populate_record(t, jsonb_build_object(${changes}))).*
   from ${table} t, generate_series(901, ${900 + times}) n where t.ctid = (select min(ctid) from ${table})`

/** How to break each rule that SQL carries about more than one value, or about a value of its own. */
const breaks: Readonly<Record<string, string>> = {
  access_change_members_outcome_check: `update access_change_members set outcome = 'other'`,
  access_changes_check: `update access_changes set ended_at = created_at`,
  account_tokens_changes_name_an_address: `update account_tokens set email = 'a@b.example'`,
  account_tokens_email_check: `update account_tokens set purpose = 'email-confirmation', email = 'A@b.example'`,
  account_tokens_purpose_check: `update account_tokens set purpose = 'other'`,
  account_tokens_token_hash_check: `update account_tokens set token_hash = 'short'`,
  account_tokens_user_id_purpose_key: copied('account_tokens', `'token_hash', sha256('other')`),
  answered_challenges_challenge_hash_check: `update answered_challenges set challenge_hash = 'short'`,
  api_token_notices_days_check: `update api_token_notices set days = 0`,
  api_tokens_replacement: copied(
    'api_tokens',
    `'id', n, 'token_hash', sha256(n::text::bytea), 'replaces_id', t.id`,
    2,
  ),
  api_tokens_request_key: copied(
    'api_tokens',
    `'id', n, 'token_hash', sha256(n::text::bytea), 'request_key_hash', sha256('any')`,
    2,
  ),
  api_tokens_request_key_hash_check: `update api_tokens set request_key_hash = 'short'`,
  api_tokens_token_hash_check: `update api_tokens set token_hash = 'short'`,
  api_tokens_token_hash_key: copied('api_tokens', `'id', n`),
  api_tokens_visible_prefix_check: `update api_tokens set visible_prefix = repeat('a', 13)`,
  application_months_month_check: `update application_months set month = '2026-11-02'`,
  application_secrets_secret_hash_check: `update application_secrets set secret_hash = 'short'`,
  application_secrets_slot_check: `update application_secrets set slot = 3`,
  applications_client_id_check: `update applications set client_id = ''`,
  applications_client_id_key: `update applications set client_id = 'same'`,
  applications_name: `update applications set name = case when id % 2 = 0 then 'Same' else 'same' end`,
  applications_name_check: `update applications set name = ' a'`,
  applications_redirect_uris_check: `update applications set redirect_uris = '{}'`,
  authorizations_tokens_when_redeemed: `update authorizations set redeemed_at = created_at, refresh_hash = sha256('any')`,
  awaited_api_tokens_days_check: `update awaited_api_tokens set days = 3651`,
  batch_rows_email_check: `update batch_rows set email = ' a@b.example'`,
  batch_rows_failures_have_reasons: `update batch_rows set outcome = 'failed'`,
  batch_rows_outcome_check: `update batch_rows set outcome = 'other'`,
  batch_rows_waiting: `update batch_rows set email = 'same@b.example'`,
  batches_begin_and_end: `update batches set state = 'done'`,
  batches_encoding_check: `update batches set encoding = 'latin-1'`,
  batches_row_count_check: `update batches set row_count = 5001`,
  batches_state_check: `update batches set state = 'other', started_at = created_at`,
  email_changes_email_check: `update email_changes set email = 'A@b.example'`,
  job_runs_ended: `update job_runs set outcome = 'done'`,
  job_runs_outcome_check: `update job_runs set outcome = 'other', ended_at = began_at`,
  job_runs_reason_check: `update job_runs set reason = ''`,
  mass_reset_members_outcome_check: `update mass_reset_members set outcome = 'other'`,
  mass_reset_members_place_check: `update mass_reset_members set place = -1`,
  mass_resets_begun_by_one: `update mass_resets set operator = 'a', begun_by = (select min(id) from users)`,
  mass_resets_continued_with_mails: `update mass_resets set mails_from = created_at`,
  mass_resets_ended_after_start: `update mass_resets set ended_at = created_at`,
  mass_resets_reason_check: `update mass_resets set reason = '', started_at = created_at`,
  mass_resets_selection_check: `update mass_resets set selection = ''`,
  mass_resets_started_with_reason: `update mass_resets set started_at = created_at`,
  organisation_imports_actor_kind_check: `update organisation_imports set actor_kind = 'application'`,
  organisation_imports_outcome_check: `update organisation_imports set outcome = 'other', reason = 'any'`,
  organisation_imports_reason: `update organisation_imports set outcome = 'failed', reason = null`,
  organisation_imports_reason_check: `update organisation_imports set outcome = 'failed', reason = ''`,
  organisation_parents_check: `update organisation_parents set parent_id = child_id`,
  organisation_parents_rule_check: `update organisation_parents set rule = 'other'`,
  organisation_parents_rule_lasts_check: `update organisation_parents set rule_lasts = 'long'`,
  organisation_parents_rule_reason_check: `update organisation_parents set rule_reason = ''`,
  organisation_parents_spoken_of: `update organisation_parents
    set is_in_source = false, rule = null, rule_lasts = null, rule_reason = null, ruled_at = null`,
  organisation_parents_whole_rule: `update organisation_parents set is_in_source = true, rule = null`,
  organisations_content_id_key: `update organisations set content_id = 'af07d5a5-df63-4ddc-9383-6a666845ebe0'`,
  organisations_name_check: `update organisations set name = ''`,
  organisations_slug_check: `update organisations set slug = ''`,
  organisations_slug_key: `update organisations set slug = 'same'`,
  passkeys_credential_id_key: copied('passkeys', `'id', n`),
  passkeys_name_check: `update passkeys set name = repeat('a', 101)`,
  permissions_name: `update permissions set name = case when id % 2 = 0 then 'Same' else 'same' end`,
  permissions_name_check: `update permissions set name = ''`,
  recovery_codes_code_hash_check: `update recovery_codes set code_hash = 'short'`,
  totp_factors_name_check: `update totp_factors set name = 'a '`,
  users_accept_before_they_have_a_password: `update users
    set invited_at = created_at, invitation_accepted_at = null, password_hash = 'any' where kind = 'person'`,
  users_admins_have_organisation: `update users
    set role = 'organisation_admin', organisation_id = null where kind = 'person'`,
  users_email_check: `update users set email = 'A@b.example'`,
  users_email_key: `update users set email = 'same@b.example'`,
  users_exempt_are_normal: `update users
    set exempt_reason = 'any', exempt_until = '2027-01-01', requires_two_step = true where kind = 'person'`,
  users_exempt_reason_check: `update users
    set exempt_reason = '', exempt_until = '2027-01-01', role = 'normal', requires_two_step = false where kind = 'person'`,
  users_exemption_is_whole: `update users set exempt_until = '2027-01-01' where kind = 'person'`,
  users_kind_check: copied(
    'users',
    `'id', n, 'kind', 'robot', 'role', 'normal', 'organisation_id', null, 'password_hash', null, 'requires_two_step', false, 'email', 'a@b.example', 'uid', 'af07d5a5-df63-4ddc-9383-6a666845ebe0'`,
  ),
  users_machines_cannot_sign_in: `update users set password_hash = 'any' where kind = 'machine'`,
  users_machines_have_no_second_step: `update users set requires_two_step = true where kind = 'machine'`,
  users_name_check: `update users set name = ' a'`,
  users_role_check: `update users set role = 'king' where kind = 'person'`,
  users_suspended_with_reason: `update users set suspended_at = created_at`,
  users_suspension_reason_check: `update users set suspended_at = created_at, suspension_reason = ''`,
  users_uid_key: `update users set uid = (select uid from users order by id limit 1)`,
}

/** They order what a primary key holds unique already, for foreign keys and other ways to look. */
const implied = ['grants_holders', 'permissions_application_id_id_key']

/** Columns that name a row which may be gone, or that a trigger fills from one that names it. */
const unreferenced = [
  'events.actor_id',
  'events.application_id',
  'sign_in_states.organisation_id',
  'user_searches.organisation_id',
]

describe('rules that SQL carries', () => {
  before(async () => {
    await fillHouse(test)
    for (const text of more) await test.rows(text)
  })

  it('have each a way to be broken here', async () => {
    const rules = await test.rows<{ name: string }>(
      `select conname as name from pg_constraint
       where connamespace = 'public'::regnamespace and conrelid <> 0 and contype in ('c', 'u', 'x')
         and not (select relispartition from pg_class where oid = conrelid)
       union
       select i.relname from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
       where t.relnamespace = 'public'::regnamespace and x.indisunique and not x.indisprimary and not t.relispartition
       order by name`,
    )
    deepEqual([...Object.keys(breaks), ...implied].sort(), rules.map(({ name }) => name).sort())
  })

  for (const [constraint, text] of Object.entries(breaks))
    it(`refuse what breaks ${constraint}`, async () => {
      await rejects(test.rows(text), { constraint })
    })

  it('refuse a permission of another application, and what still has people', async () => {
    await rejects(
      test.rows(
        `update grants g set permission_id = p.id from permissions p where p.application_id <> g.application_id`,
      ),
      { constraint: 'grants_application_id_permission_id_fkey' },
    )
    await rejects(test.rows('delete from organisations'), { constraint: 'users_organisation_id_fkey' })
  })

  it('refuse that a machine becomes a person, and that the log is rewritten', async () => {
    await rejects(test.rows(`update users set kind = 'person' where kind = 'machine'`), /stays a person/)
    for (const text of ['update events set note = null', 'delete from events', 'truncate events'])
      await rejects(test.rows(text), /never changed or deleted/, text)
  })

  it('let no column name a row that may not be there', async () => {
    const free = await test.rows<{ name: string }>(
      `select c.table_name || '.' || c.column_name as name from information_schema.columns c
       join pg_class t on t.relname = c.table_name and t.relnamespace = 'public'::regnamespace
       where c.table_schema = 'public' and t.relkind in ('r', 'p') and not t.relispartition
         and c.data_type = 'integer' and (c.column_name like '%\\_id' or c.column_name like '%\\_by')
         and not exists (select from pg_constraint k join pg_attribute a on a.attrelid = t.oid and a.attnum = any (k.conkey)
           where k.conrelid = t.oid and k.contype = 'f' and a.attname = c.column_name)
       order by name`,
    )
    deepEqual(
      free.map(({ name }) => name),
      unreferenced,
    )
  })
})
