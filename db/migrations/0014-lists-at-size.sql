-- Lists that stay fast with a million people and twenty million events.
-- Nobody waits while the few thousand accounts and the log that a first version has are indexed.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion, constraint-missing-not-valid, adding-foreign-key-constraint

set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- What people are searched by when somebody types one or two letters, or signs, of which the index of three letters in a
-- row knows nothing: name and address in lower case, with a line end between them that nobody types, so that no search
-- begins in one and ends in the other. It lies apart from the accounts, because every sign-in changes those.
create table user_searches (
  user_id integer primary key references users on delete cascade,
  text text not null
);

create function keep_user_searches() returns trigger language plpgsql as $$
begin
  insert into user_searches values (new.id, lower(new.name) || E'\n' || new.email)
  on conflict (user_id) do update set text = excluded.text;
  return null;
end $$;
create trigger users_are_searched after insert or update of name, email on users
  for each row when (new.kind = 'person') execute function keep_user_searches();
insert into user_searches select id, lower(name) || E'\n' || email from users where kind = 'person';

-- Each character of a text, and each with the one behind it. Nobody makes them anew who can read them in the index.
create function characters_and_pairs(text text) returns text[] language sql immutable parallel safe strict cost 1000
  return string_to_array(text, null)
    || string_to_array(regexp_replace(text, '(..)(?=.)', E'\\1\x01', 'g'), E'\x01')
    || string_to_array(regexp_replace(substr(text, 2), '(..)(?=.)', E'\\1\x01', 'g'), E'\x01');

create index user_searches_pairs on user_searches using gin (characters_and_pairs(text));

-- Nobody asks the log what happened to an application but for its authorisations (event 47), and to whom.
create index events_authorised on events (application_id, created_at desc, id desc) include (about_uid) where number = 47;
drop index events_application;

-- Reports leave these out: they are few.
create index users_test_accounts on users (uid) where is_test_account;
