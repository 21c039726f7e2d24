-- When it was last noted that an application has had somebody's permissions by this token: beside the token, so that
-- whoever looks one up need not look there too. Nothing while it is of the minute in which it was redeemed.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

alter table authorizations add column synced_at timestamptz;
