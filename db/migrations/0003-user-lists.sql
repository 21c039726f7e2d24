-- The list of users: in the order of names or of last sign-ins, searched, and by what few of them have in common.
-- Nobody waits while the few thousand accounts that a first version has are indexed.
-- squawk-ignore-file require-concurrent-index-creation

set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- Three letters or digits in a row, anywhere in a name or an address.
create extension if not exists pg_trgm;

-- The orders of the list, with the id after a key that several may have. None of these leaves machines out: of indexes
-- that are partial, PostgreSQL does not use what it knows about their expressions.
create index users_listed on users (lower(name), id);
create index users_signed_in on users (coalesce(last_signed_in_at, '-infinity'), id);

-- The line end keeps a search from beginning in the name and ending in the address. What has been added lately is
-- kept in a short list of its own, because every sign-in adds to it; a longer one would make a search read all of it.
create index users_searched on users using gin ((lower(name) || E'\n' || email) gin_trgm_ops)
  with (gin_pending_list_limit = 512);

-- What few people have. Sessions, sign-ins and wrong passwords change none of it, but for the lock.
create index users_suspended on users (id) where suspended_at is not null;
create index users_locked on users (locked_at) where locked_at is not null;
create index users_invited on users (invited_at) where invited_at is not null;
create index users_not_accepted on users (id) where invited_at is not null and invitation_accepted_at is null;
create index users_exempt on users (exempt_until) where exempt_until is not null;
create index users_role on users (role) where role <> 'normal';
create index users_second_factor on users (has_second_factor);

-- Who holds a permission.
create unique index grants_holders on grants (permission_id, user_id);
