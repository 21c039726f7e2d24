-- Batches of people who are invited together, read from a file.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

create table batches (
  id integer generated always as identity primary key,
  -- Nobody once that account is gone; then nobody is invited any more.
  created_by integer references users on delete set null,
  -- Read, and not sent yet; being invited; all dealt with; given up because its creator may not invite any more.
  state text not null check (state in ('draft', 'running', 'done', 'stopped')),
  encoding text not null check (encoding in ('utf-8', 'utf-16', 'windows-1252')),
  row_count integer not null check (row_count between 1 and 5000),
  -- Of rows that name none.
  organisation_id integer references organisations,
  -- Of everybody; else of those whose organisation asks for it, or who have none.
  requires_two_step boolean not null default false,
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  constraint batches_begin_and_end check (
    (state = 'draft') = (started_at is null) and (state in ('done', 'stopped')) = (ended_at is not null)
  )
);
create index batches_created_by on batches (created_by) where created_by is not null;

create table batch_permissions (
  batch_id integer not null references batches on delete cascade,
  application_id integer not null,
  permission_id integer not null,
  primary key (batch_id, application_id, permission_id),
  foreign key (application_id, permission_id) references permissions (application_id, id) on delete cascade
);
create index batch_permissions_permission on batch_permissions (application_id, permission_id);

create table batch_rows (
  batch_id integer not null references batches on delete cascade,
  -- In the file, whose headers are row 1.
  number integer not null,
  name text not null,
  email text not null check (email <> '' and email = lower(btrim(email))),
  organisation_id integer references organisations,
  -- Nothing while the row waits for its turn.
  outcome text check (outcome in ('invited', 'skipped', 'failed')),
  reason text,
  primary key (batch_id, number),
  constraint batch_rows_failures_have_reasons check ((outcome is not distinct from 'failed') = (reason is not null))
);
-- In the order of their addresses, so that two batches with the same people never wait for each other.
create unique index batch_rows_waiting on batch_rows (batch_id, email) where outcome is null;
