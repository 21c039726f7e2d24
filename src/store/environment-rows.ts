import { type RawBuilder, sql } from 'kysely'
import type { RowKind } from '#domain/environment-file.ts'

/** How one kind of row travels: its columns as the copy stages them, and where they come from. */
export interface TravellingRows {
  readonly columns: string
  readonly source: string
}

/** Of an API user that Signon itself presents tokens of: each environment makes those by itself. */
export const isSignonItself = `exists (
  select from push_credentials c join api_tokens own on own.id = c.api_token_id where own.user_id = u.id)`

/**
 * What travels, by names that hold everywhere (uid, client id, content id) instead of ids. A column that is not here does
 * not travel: a test asks for each one of the schema which it is. A change is another `fileFormat`.
 */
export const travelling: Readonly<Record<RowKind, TravellingRows>> = {
  organisation: {
    columns: `content_id uuid, slug text, name text, abbreviation text, format text, is_closed boolean,
      require_two_step boolean, two_step_required_at timestamptz, vanished_at timestamptz, created_at timestamptz,
      updated_at timestamptz`,
    source: `select content_id, slug, name, abbreviation, format, is_closed, require_two_step, two_step_required_at,
      vanished_at, created_at, updated_at from organisations`,
  },
  'organisation-parent': {
    columns: `child uuid, parent uuid, is_in_source boolean, rule text, rule_lasts text, rule_reason text,
      ruled_at timestamptz, ruled_by uuid, ruled_by_name text, created_at timestamptz`,
    source: `select c.content_id as child, p.content_id as parent, e.is_in_source, e.rule, e.rule_lasts, e.rule_reason,
        e.ruled_at, u.uid as ruled_by, e.ruled_by_name, e.created_at
      from organisation_parents e join organisations c on c.id = e.child_id join organisations p on p.id = e.parent_id
      left join users u on u.id = e.ruled_by_id`,
  },
  application: {
    columns: `client_id text, name text, description text, home_uri text, redirect_uris text[], push_uri text,
      supports_push_updates boolean, is_api_only boolean, is_gds_only boolean, is_directory_api boolean,
      is_test_account boolean, requires_pkce boolean, retired_at timestamptz, created_at timestamptz,
      updated_at timestamptz`,
    source: `select client_id, name, description, home_uri, redirect_uris, push_uri, supports_push_updates, is_api_only,
      is_gds_only, is_directory_api, is_test_account, requires_pkce, retired_at, created_at, updated_at
      from applications`,
  },
  permission: {
    columns: `client_id text, name text, is_delegated boolean, is_default boolean, is_grantable_from_ui boolean,
      created_at timestamptz, updated_at timestamptz`,
    source: `select a.client_id, p.name, p.is_delegated, p.is_default, p.is_grantable_from_ui, p.created_at, p.updated_at
      from permissions p join applications a on a.id = p.application_id`,
  },
  user: {
    columns: `uid uuid, kind text, name text, email text, role text, organisation uuid, password_hash text,
      password_changed_at timestamptz, suspended_at timestamptz, suspension_reason text, unsuspended_at timestamptz,
      last_signed_in_at timestamptz, sign_in_count integer, created_at timestamptz, updated_at timestamptz,
      invited_at timestamptz, invited_by uuid, invitation_accepted_at timestamptz, requires_two_step boolean,
      exempt_reason text, exempt_until date, exempt_by uuid, is_test_account boolean`,
    source: `select u.uid, u.kind, u.name, u.email, u.role, o.content_id as organisation, u.password_hash,
        u.password_changed_at, u.suspended_at, u.suspension_reason, u.unsuspended_at,
        nullif(s.last_signed_in_at, '-infinity') as last_signed_in_at, s.sign_in_count, u.created_at, u.updated_at,
        u.invited_at, i.uid as invited_by, u.invitation_accepted_at, u.requires_two_step, u.exempt_reason,
        u.exempt_until, e.uid as exempt_by, u.is_test_account
      from users u left join sign_in_states s on s.user_id = u.id left join organisations o on o.id = u.organisation_id
      left join users i on i.id = u.invited_by left join users e on e.id = u.exempt_by`,
  },
  authenticator: {
    // The secret is sealed for the person's id there; here they may have another.
    columns: `uid uuid, sealed_for integer, name text, sealed_secret text, last_step bigint, created_at timestamptz,
      last_used_at timestamptz`,
    source: `select u.uid, u.id as sealed_for, f.name, f.sealed_secret, f.last_step, f.created_at, f.last_used_at
      from totp_factors f join users u on u.id = f.user_id`,
  },
  grant: {
    columns: 'uid uuid, client_id text, permission text, created_at timestamptz',
    source: `select u.uid, a.client_id, p.name as permission, g.created_at
      from grants g join users u on u.id = g.user_id join applications a on a.id = g.application_id
      join permissions p on p.id = g.permission_id`,
  },
  use: {
    columns: 'uid uuid, client_id text, first_signed_in_at timestamptz, last_signed_in_at timestamptz',
    source: `select u.uid, a.client_id, v.first_signed_in_at, v.last_signed_in_at
      from user_applications v join users u on u.id = v.user_id join applications a on a.id = v.application_id`,
  },
  token: {
    columns: 'uid uuid, client_id text, purpose text, owner_email text, days integer',
    // Nothing of the token itself.
    source: `select distinct on (u.uid, a.client_id) u.uid, a.client_id, t.purpose, t.owner_email,
        least(3650, greatest(1, round(coalesce(extract(epoch from t.expires_at - t.created_at) / 86400, 730))))::integer
          as days
      from api_tokens t join users u on u.id = t.user_id join applications a on a.id = t.application_id
      where u.kind = 'machine' and u.suspended_at is null and a.retired_at is null and t.revoked_at is null
        and (t.expires_at is null or t.expires_at > $now) and not ${isSignonItself}
      order by u.uid, a.client_id, t.id desc`,
  },
}

/** SQL of ours in which `$now` stands for the present. */
export const at = (now: Date, text: string): RawBuilder<unknown> =>
  sql.join(
    text
      .split('$now')
      .flatMap((part, index) => (index === 0 ? [sql.raw(part)] : [sql`${now}`, sql.raw(part)])),
    sql.raw(''),
  )
