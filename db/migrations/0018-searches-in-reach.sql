-- Whose people somebody may see is decided beside the texts that they search, so that nobody's account is looked at for
-- that: by organisation and role, which no sign-in changes.
-- Nobody waits while the few thousand accounts that a first version has are written again and indexed.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion, adding-not-nullable-field

set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- Whoever moves somebody meanwhile waits: nobody may be left with the reach that they had.
lock table users in access exclusive mode;

alter table user_searches add column role text, add column organisation_id integer;
update user_searches s set role = u.role, organisation_id = u.organisation_id from users u where u.id = s.user_id;
alter table user_searches alter column role set not null;

create or replace function keep_user_searches() returns trigger language plpgsql as $$
begin
  insert into user_searches (user_id, name, text, role, organisation_id)
  values (new.id, lower(new.name), lower(new.name) || E'\n' || new.email, new.role, new.organisation_id)
  on conflict (user_id) do update
  set name = excluded.name, text = excluded.text, role = excluded.role, organisation_id = excluded.organisation_id
  where (user_searches.name, user_searches.text, user_searches.role, user_searches.organisation_id)
    is distinct from (excluded.name, excluded.text, excluded.role, excluded.organisation_id);
  return null;
end $$;
drop trigger users_are_searched on users;
create trigger users_are_searched after insert or update of name, email, role, organisation_id on users
  for each row when (new.kind = 'person') execute function keep_user_searches();

-- What a search asks that index for: its pairs, which say all that its characters say; its one character otherwise.
create function pairs_or_character(text text) returns text[] language sql immutable parallel safe strict
  return case when length(text) < 2 then array[text]
    else array(select substr(text, place, 2) from generate_series(1, length(text) - 1) place) end;

create index user_searches_organisation on user_searches (organisation_id, role);

-- Whoever walks through everybody in the order of names meets role and organisation on the way, too.
drop index user_searches_listed;
create index user_searches_listed on user_searches (name, user_id) include (text, role, organisation_id);

-- Who looks after some organisations sees only their own among the few who are suspended or have yet to accept.
create index users_suspended_of on users (organisation_id) where suspended_at is not null;
drop index users_suspended;
create index users_not_accepted_of on users (organisation_id) where invited_at is not null and invitation_accepted_at is null;
drop index users_not_accepted;
