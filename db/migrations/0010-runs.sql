-- What each scheduled job did, run by run.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

create table job_runs (
  id bigint generated always as identity primary key,
  task text not null,
  -- The id of the job in the queue: a run that is tried again is another run of the same job. A command has none.
  job_id text,
  -- What its connection to the database is called: whoever has no such connection any more is gone.
  worker text not null,
  began_at timestamptz not null,
  ended_at timestamptz,
  outcome text check (outcome in ('done', 'failed', 'lost')),
  -- What it did, in numbers: `{ "suspended": 3 }`.
  did json,
  reason text check (reason <> ''),
  constraint job_runs_ended check ((ended_at is null) = (outcome is null))
);
create index job_runs_task on job_runs (task, began_at desc, id desc);
create index job_runs_running on job_runs (worker) where ended_at is null;
create index job_runs_age on job_runs (began_at);
