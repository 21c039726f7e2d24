-- People, organisations, applications, access, sessions, authorizations, machines' tokens, the log and throttles.
-- Times come from the service's clock and never from the database's, so nothing here has a default of "now".

set local lock_timeout = '5s';
set local statement_timeout = '5min';

create table organisations (
  id integer generated always as identity primary key,
  content_id uuid not null unique,
  slug text not null unique check (slug <> ''),
  name text not null check (name <> ''),
  abbreviation text,
  format text,
  is_closed boolean not null default false,
  require_two_step boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- A graph, not a tree: any number of parents.
create table organisation_parents (
  child_id integer not null references organisations on delete cascade,
  parent_id integer not null references organisations on delete cascade,
  created_at timestamptz not null,
  primary key (child_id, parent_id),
  check (child_id <> parent_id)
);
create index organisation_parents_parent on organisation_parents (parent_id);

-- People and machines share one table, one id space and one namespace of addresses.
create table users (
  id integer generated always as identity primary key,
  uid uuid not null unique,
  kind text not null check (kind in ('person', 'machine')),
  name text not null check (name <> '' and name = btrim(name)),
  email text not null unique check (email <> '' and email = lower(btrim(email))),
  role text not null default 'normal'
    check (role in ('superadmin', 'admin', 'super_organisation_admin', 'organisation_admin', 'normal')),
  organisation_id integer references organisations,
  password_hash text,
  password_changed_at timestamptz,
  failed_attempts integer not null default 0 check (failed_attempts >= 0),
  locked_at timestamptz,
  suspended_at timestamptz,
  suspension_reason text check (suspension_reason <> ''),
  unsuspended_at timestamptz,
  last_signed_in_at timestamptz,
  sign_in_count integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint users_suspended_with_reason check ((suspended_at is null) = (suspension_reason is null)),
  constraint users_admins_have_organisation
    check (organisation_id is not null or role not in ('super_organisation_admin', 'organisation_admin')),
  constraint users_machines_cannot_sign_in
    check (kind = 'person' or (role = 'normal' and organisation_id is null and password_hash is null))
) with (fillfactor = 90);
create index users_organisation on users (organisation_id);

create table applications (
  id integer generated always as identity primary key,
  name text not null check (name <> '' and name = btrim(name)),
  client_id text not null unique check (client_id <> ''),
  description text,
  home_uri text,
  redirect_uris text[] not null check (cardinality(redirect_uris) between 1 and 20),
  push_uri text,
  supports_push_updates boolean not null default true,
  is_api_only boolean not null default false,
  is_gds_only boolean not null default false,
  is_directory_api boolean not null default false,
  is_test_account boolean not null default false,
  requires_pkce boolean not null default true,
  retired_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index applications_name on applications (lower(name));

-- Two slots: while a secret is being rotated the old and the new one are both good, and never a third.
create table application_secrets (
  application_id integer not null references applications on delete cascade,
  slot smallint not null check (slot in (1, 2)),
  secret_hash bytea not null check (length(secret_hash) = 32),
  created_at timestamptz not null,
  primary key (application_id, slot)
);

create table permissions (
  id integer generated always as identity primary key,
  application_id integer not null references applications on delete cascade,
  name text not null check (name <> '' and name = btrim(name)),
  is_delegated boolean not null default false,
  is_default boolean not null default false,
  is_grantable_from_ui boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (application_id, id)
);
create unique index permissions_name on permissions (application_id, lower(name));

create table grants (
  user_id integer not null references users on delete cascade,
  application_id integer not null,
  permission_id integer not null,
  created_at timestamptz not null,
  primary key (user_id, application_id, permission_id),
  foreign key (application_id, permission_id) references permissions (application_id, id) on delete cascade
);
create index grants_permission on grants (application_id, permission_id);

-- Which applications a user has signed in to, and when each last had the user's permissions.
create table user_applications (
  user_id integer not null references users on delete cascade,
  application_id integer not null references applications on delete cascade,
  first_signed_in_at timestamptz,
  last_signed_in_at timestamptz,
  last_synced_at timestamptz,
  primary key (user_id, application_id)
) with (fillfactor = 80);

-- Ids of sessions and authorizations are ordered by time and chosen by the service (docs/adr/0005).
create table sessions (
  id bigint primary key,
  token_hash bytea not null check (length(token_hash) = 32),
  user_id integer not null references users on delete cascade,
  level text not null check (level in ('password', 'full')),
  created_at timestamptz not null,
  authenticated_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  address inet,
  user_agent text check (length(user_agent) <= 1000)
) with (fillfactor = 80);
create index sessions_user on sessions (user_id);

-- One sign-in to one application: its code, then its current access and refresh token. Every transition of this
-- family is one UPDATE of this one row, so nothing of it can be used twice.
create table authorizations (
  id bigint primary key,
  user_id integer not null references users on delete cascade,
  application_id integer not null references applications on delete cascade,
  scope text not null default '',
  nonce text,
  authenticated_at timestamptz not null,
  redirect_base text not null,
  redirect_query text,
  code_challenge text,
  code_hash bytea not null check (length(code_hash) = 32),
  redeemed_at timestamptz,
  access_hash bytea check (length(access_hash) = 32),
  access_expires_at timestamptz,
  refresh_hash bytea check (length(refresh_hash) = 32),
  -- When nothing of the family can be used any more: the end of the code, then that of the refresh token.
  expires_at timestamptz not null,
  ended_at timestamptz,
  created_at timestamptz not null,
  constraint authorizations_tokens_when_redeemed check (
    (redeemed_at is null) = (access_hash is null)
    and (redeemed_at is null) = (access_expires_at is null)
    and (redeemed_at is null) = (refresh_hash is null)
  )
) with (fillfactor = 70);
create index authorizations_user on authorizations (user_id, application_id) where ended_at is null;

-- Refresh tokens that were used once; a second use is theft, and ends the family.
create table spent_refresh_tokens (
  authorization_id bigint not null references authorizations on delete cascade,
  token_hash bytea not null,
  primary key (authorization_id, token_hash)
);

-- Tokens that machines present, made by hand.
create table api_tokens (
  id integer generated always as identity primary key,
  user_id integer not null references users on delete cascade,
  application_id integer not null references applications on delete cascade,
  token_hash bytea not null unique check (length(token_hash) = 32),
  -- What people recognise it by; too short to guess the rest from.
  visible_prefix text not null check (length(visible_prefix) <= 12),
  purpose text,
  owner_email text,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
create index api_tokens_user on api_tokens (user_id, application_id);
create index api_tokens_application on api_tokens (application_id);

-- What Signon itself presents when it calls an application; sealed, because it must be read again.
create table push_credentials (
  application_id integer primary key references applications on delete cascade,
  api_token_id integer not null references api_tokens on delete cascade,
  sealed_token text not null
);

-- The log. Partitions are months; retention drops whole months (docs/adr/0006).
create sequence event_ids as bigint;
create table events (
  id bigint not null default nextval('event_ids'),
  created_at timestamptz not null,
  number smallint not null,
  -- The uid, not the id: the row outlives the account.
  about_uid uuid,
  application_id integer,
  actor_kind text not null check (actor_kind in ('person', 'console', 'application', 'signon')),
  actor_id integer,
  actor_name text,
  note text,
  address inet,
  user_agent text check (length(user_agent) <= 1000),
  primary key (id, created_at)
) partition by range (created_at);
create index events_about on events (about_uid, created_at desc, id desc);
create index events_application on events (application_id, created_at desc, id desc);
-- Keeps what no month has been made for.
create table events_other partition of events default;

-- Nobody rewrites the log, the service included.
create function refuse_to_rewrite_events() returns trigger language plpgsql as $$
begin
  raise exception 'events are never changed or deleted; whole months are dropped when they are two years old';
end $$;
create trigger events_are_append_only before update or delete on events
  for each row execute function refuse_to_rewrite_events();
-- Triggers for whole statements are not handed down, so each month gets its own.
create trigger events_are_not_emptied before truncate on events
  for each statement execute function refuse_to_rewrite_events();
create trigger events_are_not_emptied before truncate on events_other
  for each statement execute function refuse_to_rewrite_events();

-- A month of which there are events elsewhere already stays there; the others are made. It waits two seconds at most
-- for whoever reads the log, because everybody who writes to it would wait behind it.
create function make_event_months(first date, months integer) returns void language plpgsql
set lock_timeout = '2s' as $$
declare
  month date;
  name text;
begin
  for month in select generate_series(date_trunc('month', first), date_trunc('month', first) + make_interval(months => months - 1), '1 month')
  loop
    name := 'events_' || to_char(month, 'YYYY_MM');
    if to_regclass(name) is null then
      begin
        execute format('create table %I partition of events for values from (%L) to (%L)',
          name, month || ' 00:00+00', (month + interval '1 month')::date || ' 00:00+00');
        execute format('create trigger events_are_not_emptied before truncate on %I
          for each statement execute function refuse_to_rewrite_events()', name);
      exception when check_violation then
        raise warning 'events of % stay in events_other', to_char(month, 'YYYY-MM');
      end;
    end if;
  end loop;
end $$;

create table throttles (
  name text not null,
  caller text not null,
  window_start timestamptz not null,
  count integer not null,
  primary key (name, caller, window_start)
);
create index throttles_window on throttles (window_start);
