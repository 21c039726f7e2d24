-- What an application has had is noted of the person and the application. When that was last done is kept beside the token
-- too, so that whoever presents it needs nothing else to be looked at.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

alter table authorizations add column noted_at timestamptz;
