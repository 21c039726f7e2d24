-- What signing in changes of an account lies beside it: wrong attempts, the lock that follows from them, and the last
-- sign-in. For each change of an account PostgreSQL reads all its checks anew, and asks thirty foreign keys whether it
-- concerns them; a sign-in changes one narrow row instead, twice. People are listed in the order of these rows already.
-- Nobody waits while the few thousand accounts that a first version has are moved.
-- squawk-ignore-file require-concurrent-index-creation, constraint-missing-not-valid, adding-not-nullable-field
-- No release has had the names that change here, nor the columns that go.
-- squawk-ignore-file renaming-table, renaming-column, ban-drop-column

set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- Taken first, so that nobody who holds a part of it waits for us.
lock table users in access exclusive mode;

drop trigger users_are_listed on users;
drop trigger users_are_listed_anew on users;
drop function keep_last_sign_ins();

alter table last_sign_ins rename to sign_in_states;
alter table sign_in_states rename constraint last_sign_ins_pkey to sign_in_states_pkey;
alter table sign_in_states rename constraint last_sign_ins_user_id_fkey to sign_in_states_user_id_fkey;
alter index last_sign_ins_listed rename to sign_in_states_listed;

-- '-infinity' for whoever has never signed in.
alter table sign_in_states rename column at to last_signed_in_at;
alter table sign_in_states
  alter column last_signed_in_at set default '-infinity',
  add column sign_in_count integer not null default 0,
  -- In a row: by password, and by code.
  add column failed_attempts integer not null default 0 check (failed_attempts >= 0),
  add column second_factor_attempts integer not null default 0 check (second_factor_attempts >= 0),
  add column locked_at timestamptz;

update sign_in_states s
  set sign_in_count = u.sign_in_count, failed_attempts = u.failed_attempts,
    second_factor_attempts = u.second_factor_attempts, locked_at = u.locked_at
  from users u where u.id = s.user_id;

-- The few who are locked, or were and have not tried again.
create index sign_in_states_locked on sign_in_states (locked_at) where locked_at is not null;

-- Nobody has a password before they accept, so that whoever signs in has accepted.
update users set invitation_accepted_at = coalesce(password_changed_at, invited_at)
  where invited_at is not null and invitation_accepted_at is null and password_hash is not null;
alter table users
  drop constraint users_accept_before_they_sign_in,
  drop column failed_attempts,
  drop column second_factor_attempts,
  drop column locked_at,
  drop column last_signed_in_at,
  drop column sign_in_count,
  add constraint users_accept_before_they_have_a_password
    check (invitation_accepted_at is not null or invited_at is null or password_hash is null);

-- Every person has a row, with the role and organisation that they are listed by.
create function keep_sign_in_states() returns trigger language plpgsql as $$
begin
  insert into sign_in_states (user_id, role, organisation_id) values (new.id, new.role, new.organisation_id)
  on conflict (user_id) do update set role = excluded.role, organisation_id = excluded.organisation_id;
  return null;
end $$;
create trigger users_are_listed after insert on users
  for each row when (new.kind = 'person') execute function keep_sign_in_states();
create trigger users_are_listed_anew after update of role, organisation_id on users
  for each row when (new.kind = 'person' and (new.role, new.organisation_id)
    is distinct from (old.role, old.organisation_id)) execute function keep_sign_in_states();
