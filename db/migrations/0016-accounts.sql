-- Codes that were refused because their time was still to come: whoever guessed one must not use it when it has come.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- Their steps, as far as they are not over.
alter table totp_factors add column refused_steps bigint[] not null default '{}';
