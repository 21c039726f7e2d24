-- A sign-in writes its account anew, and then every index of accounts: the fewer there are, the more sign-ins there can be.
-- Nobody waits while the few thousand accounts that a first version has are indexed.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion

set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- Three letters or digits in a row, anywhere in a name or an address: beside what is looked for by one or two.
create index user_searches_trigrams on user_searches using gin (text gin_trgm_ops)
  with (gin_pending_list_limit = 512);
drop index users_searched;

-- users_organisation_name begins with the same column.
drop index users_organisation;

-- Most people have one; those without are looked for.
create index users_without_second_factor on users (id) where not has_second_factor;
drop index users_second_factor;
