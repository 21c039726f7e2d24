-- What a copy of another environment still lacks: tokens of its own for API users that have them there.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

create table awaited_api_tokens (
  user_id integer not null references users on delete cascade,
  application_id integer not null references applications on delete cascade,
  purpose text,
  owner_email text,
  -- How long the one there was made for.
  days integer not null check (days between 1 and 3650),
  created_at timestamptz not null,
  primary key (user_id, application_id)
);
create index awaited_api_tokens_application on awaited_api_tokens (application_id);
