-- A sign-in writes its account anew, and then every index of accounts: the fewer there are, the more sign-ins there can be.
-- Nobody waits while the few thousand accounts that a first version has are indexed.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion

set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- Everybody's name beside their text, so that whoever walks through all in the order of names reads one index.
alter table user_searches add column name text;
update user_searches set name = split_part(text, E'\n', 1);
-- squawk-ignore adding-not-nullable-field
alter table user_searches alter column name set not null;
create or replace function keep_user_searches() returns trigger language plpgsql as $$
begin
  insert into user_searches (user_id, name, text) values (new.id, lower(new.name), lower(new.name) || E'\n' || new.email)
  on conflict (user_id) do update set name = excluded.name, text = excluded.text;
  return null;
end $$;
create index user_searches_listed on user_searches (name, user_id) include (text);

-- Three letters or digits in a row, anywhere in a name or an address: beside what is looked for by one or two.
create index user_searches_trigrams on user_searches using gin (text gin_trgm_ops)
  with (gin_pending_list_limit = 512);
drop index users_searched;

-- users_organisation_name begins with the same column.
drop index users_organisation;

-- Most people have one; those without are looked for.
create index users_without_second_factor on users (id) where not has_second_factor;
drop index users_second_factor;
