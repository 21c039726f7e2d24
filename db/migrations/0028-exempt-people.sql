-- Whoever is exempt from 2-step verification is found without their account being looked at.

-- The index of so few is made anew while nobody waits.
-- squawk-ignore-file require-concurrent-index-deletion, require-concurrent-index-creation

set local lock_timeout = '5s';
set local statement_timeout = '5min';

drop index users_exempt;
create index users_exempt on users (exempt_until) include (id, kind, has_second_factor) where exempt_until is not null;
