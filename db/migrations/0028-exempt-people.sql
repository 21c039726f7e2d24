-- Whoever is exempt from 2-step verification is found without their account being looked at. They are few, so nobody
-- waits long while their index is made anew.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

drop index users_exempt;
create index users_exempt on users (exempt_until) include (id, kind, has_second_factor) where exempt_until is not null;
