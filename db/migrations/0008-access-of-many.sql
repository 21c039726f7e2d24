-- One application's permissions given to, or taken from, many users at once: prepared, looked at, then done by a job.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

create table access_changes (
  id integer generated always as identity primary key,
  begun_by integer not null references users on delete cascade,
  application_id integer not null references applications on delete cascade,
  is_giving boolean not null,
  -- Chosen when it starts.
  permission_ids integer[] not null default '{}',
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  -- Why it ended before everybody's turn had come.
  stopped_because text,
  check (started_at is not null or ended_at is null)
);
create index access_changes_begun_by on access_changes (begun_by, id desc);
create index access_changes_application on access_changes (application_id);

create table access_change_members (
  change_id integer not null references access_changes on delete cascade,
  user_id integer not null references users on delete cascade,
  outcome text check (outcome in ('changed', 'unchanged', 'failed')),
  -- Of a failure: what the person who began it is told.
  detail text,
  primary key (change_id, user_id)
);
create index access_change_members_user on access_change_members (user_id);
create index access_change_members_waiting on access_change_members (change_id, user_id) where outcome is null;
