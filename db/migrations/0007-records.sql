-- The log read by what happened and by who did it, the people of an organisation by name, and since when an organisation
-- requires 2-step verification.
-- Nobody uses a first version while it is set up: its log is empty, and it has some thousand accounts.
-- squawk-ignore-file require-concurrent-index-creation

set local lock_timeout = '5s';
set local statement_timeout = '5min';

create index events_number on events (number, actor_kind, created_at desc, id desc);
-- Operators and Signon itself do little; people and applications are found by walking the log as it is.
create index events_unusual_actor on events (actor_kind, created_at desc, id desc) where actor_kind in ('console', 'signon');

create index users_organisation_name on users (organisation_id, lower(name), id);

-- A requirement that was lifted and made again is another one, of which members are told again.
alter table organisations add column two_step_required_at timestamptz;
