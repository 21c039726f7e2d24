-- People in the order of their last sign-ins, with their roles and organisations, beside the accounts: a sign-in then changes
-- no column of theirs that an index knows, and writes two small rows instead of one in every index of accounts.
-- Nobody waits while the few thousand accounts that a first version has are indexed, moved and checked.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion, adding-foreign-key-constraint, constraint-missing-not-valid

set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- Taken first, so that nobody who holds a part of it waits for us.
lock table users in access exclusive mode;

create table last_sign_ins (
  user_id integer primary key references users on delete cascade,
  -- '-infinity' for whoever has never signed in.
  at timestamptz not null,
  role text not null,
  organisation_id integer
) with (fillfactor = 80);

create function keep_last_sign_ins() returns trigger language plpgsql as $$
begin
  insert into last_sign_ins (user_id, at, role, organisation_id)
  values (new.id, coalesce(new.last_signed_in_at, '-infinity'), new.role, new.organisation_id)
  on conflict (user_id) do update
  set at = excluded.at, role = excluded.role, organisation_id = excluded.organisation_id;
  return null;
end $$;
create trigger users_are_listed after insert on users
  for each row when (new.kind = 'person') execute function keep_last_sign_ins();
create trigger users_are_listed_anew after update of last_signed_in_at, role, organisation_id on users
  for each row when (new.kind = 'person' and (new.last_signed_in_at, new.role, new.organisation_id)
    is distinct from (old.last_signed_in_at, old.role, old.organisation_id)) execute function keep_last_sign_ins();
insert into last_sign_ins
  select id, coalesce(last_signed_in_at, '-infinity'), role, organisation_id from users where kind = 'person';

create index last_sign_ins_listed on last_sign_ins (at, user_id) include (role, organisation_id);
drop index users_signed_in;

-- What lies beside accounts is about people only, and stays right as long as nobody becomes a machine or was one.
create function refuse_another_kind() returns trigger language plpgsql as $$
begin
  raise exception 'An account stays a person''s or a machine''s' using errcode = 'check_violation', table = 'users', column = 'kind';
end $$;
create trigger users_stay_what_they_are before update of kind on users
  for each row when (new.kind <> old.kind) execute function refuse_another_kind();

-- Whoever has signed in has accepted: lists of those who have not look for them among those who never did.
update users set invitation_accepted_at = last_signed_in_at
  where invited_at is not null and invitation_accepted_at is null and last_signed_in_at is not null;
alter table users add constraint users_accept_before_they_sign_in
  check (invitation_accepted_at is not null or invited_at is null or last_signed_in_at is null);
