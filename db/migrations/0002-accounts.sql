-- Invitations, resets and other links that are sent by mail; the second step of signing in; what was told to whom.
-- Nothing reads or writes these tables while a first version is set up over some thousand accounts.
-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint

set local lock_timeout = '5s';
set local statement_timeout = '5min';

alter table users
  -- When the last invitation was sent, and by whom.
  add column invited_at timestamptz,
  add column invited_by integer references users on delete set null,
  -- When the first password was set.
  add column invitation_accepted_at timestamptz,
  -- Required of this person, whatever their role and organisation say.
  add column requires_two_step boolean not null default false,
  add column exempt_reason text check (exempt_reason <> ''),
  add column exempt_until date,
  add column exempt_by integer references users on delete set null,
  -- Kept by a trigger, because every page asks for it.
  add column has_second_factor boolean not null default false,
  add column second_factor_attempts integer not null default 0 check (second_factor_attempts >= 0),
  add constraint users_exemption_is_whole check ((exempt_reason is null) = (exempt_until is null)),
  add constraint users_exempt_are_normal check (exempt_reason is null or (role = 'normal' and not requires_two_step)),
  add constraint users_machines_have_no_second_step
    check (kind = 'person' or (not requires_two_step and exempt_reason is null and invited_at is null));

-- For deleting accounts: without these, each deletion would look through everybody and every authorization. The first
-- two are empty as they are made; an index of the few thousand authorizations that a first version has takes no time.
-- squawk-ignore require-concurrent-index-creation
create index users_invited_by on users (invited_by) where invited_by is not null;
-- squawk-ignore require-concurrent-index-creation
create index users_exempt_by on users (exempt_by) where exempt_by is not null;
-- The one that there was left out those that have ended.
-- squawk-ignore require-concurrent-index-deletion
drop index authorizations_user;
-- squawk-ignore require-concurrent-index-creation
create index authorizations_user on authorizations (user_id, application_id);

-- A link that was sent by mail: one of each purpose for a person, so that a newer one ends the older.
create table account_tokens (
  token_hash bytea primary key check (length(token_hash) = 32),
  user_id integer not null references users on delete cascade,
  purpose text not null check (purpose in ('invitation', 'password-reset', 'email-confirmation', 'email-objection')),
  -- Of a change of address: the address that it leads to.
  email text check (email <> '' and email = lower(btrim(email))),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  unique (user_id, purpose),
  constraint account_tokens_changes_name_an_address check ((email is not null) = (purpose like 'email-%'))
);

-- A change of address that its new address has not confirmed yet.
create table email_changes (
  user_id integer primary key references users on delete cascade,
  email text not null check (email <> '' and email = lower(btrim(email))),
  begun_by integer references users on delete set null,
  created_at timestamptz not null
);

-- Passwords that a person had, to be refused for a while.
create table old_passwords (
  id integer generated always as identity primary key,
  user_id integer not null references users on delete cascade,
  password_hash text not null,
  created_at timestamptz not null
);
create index old_passwords_user on old_passwords (user_id, id desc);

-- Authenticator apps. The secret must be read again, so it is sealed.
create table totp_factors (
  id integer generated always as identity primary key,
  user_id integer not null references users on delete cascade,
  name text not null check (name <> '' and name = btrim(name) and length(name) <= 100),
  sealed_secret text not null,
  -- The last 30-second step whose code was used: no code counts twice.
  last_step bigint not null default 0,
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index totp_factors_user on totp_factors (user_id);

create table passkeys (
  id integer generated always as identity primary key,
  user_id integer not null references users on delete cascade,
  name text not null check (name <> '' and name = btrim(name) and length(name) <= 100),
  credential_id bytea not null unique,
  public_key bytea not null,
  sign_count bigint not null default 0,
  transports text[] not null default '{}',
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index passkeys_user on passkeys (user_id);

-- Challenges that were answered: each counts once. Those that nobody answered are kept nowhere.
create table answered_challenges (
  challenge_hash bytea primary key check (length(challenge_hash) = 32),
  expires_at timestamptz not null
);
create index answered_challenges_expiry on answered_challenges (expires_at);

create table recovery_codes (
  user_id integer not null references users on delete cascade,
  code_hash bytea not null check (length(code_hash) = 32),
  created_at timestamptz not null,
  primary key (user_id, code_hash)
);

-- Whoever has a way to pass the second step, authenticator app or passkey.
create function keep_has_second_factor() returns trigger language plpgsql as $$
declare
  person integer := coalesce(new.user_id, old.user_id);
begin
  update users set has_second_factor =
    exists (select from totp_factors where user_id = person) or exists (select from passkeys where user_id = person)
  where id = person;
  return null;
end $$;
create trigger totp_factors_count after insert or delete on totp_factors
  for each row execute function keep_has_second_factor();
create trigger passkeys_count after insert or delete on passkeys
  for each row execute function keep_has_second_factor();

-- Browsers in which the second step was passed, and is not asked for again for a while.
create table remembered_browsers (
  id bigint primary key,
  token_hash bytea not null check (length(token_hash) = 32),
  user_id integer not null references users on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz not null,
  address inet,
  user_agent text check (length(user_agent) <= 1000)
);
create index remembered_browsers_user on remembered_browsers (user_id);

alter table sessions
  -- How its person signed in.
  add column method text not null default 'password' check (method in ('password', 'code', 'remembered', 'recovery-code', 'passkey')),
  -- The secret of an authenticator app that is being set up; sealed, and never in a form.
  add column sealed_setup text;

-- What somebody was told once and is not told again: a reminder belongs to what it counts from.
create table account_notices (
  user_id integer not null references users on delete cascade,
  kind text not null,
  counts_from timestamptz not null,
  created_at timestamptz not null,
  primary key (user_id, kind, counts_from)
);
