-- Many passwords reset at once: prepared, looked at, then done by a job. And what of the log is two years old goes.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

create table mass_resets (
  id integer generated always as identity primary key,
  -- Whoever prepared it: a person by id, an operator by name.
  begun_by integer references users on delete cascade,
  operator text,
  -- Who was chosen, in words.
  selection text not null check (selection <> ''),
  created_at timestamptz not null,
  -- Given when it starts.
  reason text check (reason <> ''),
  ends_authorizations boolean not null default false,
  started_at timestamptz,
  ended_at timestamptz,
  -- Why it ended before everybody's turn had come.
  stopped_because text,
  constraint mass_resets_begun_by_one check ((begun_by is null) <> (operator is null)),
  constraint mass_resets_started_with_reason check ((started_at is null) = (reason is null)),
  constraint mass_resets_ended_after_start check (started_at is not null or ended_at is null)
);
create index mass_resets_begun_by on mass_resets (begun_by, id desc);

create table mass_reset_members (
  reset_id integer not null references mass_resets on delete cascade,
  user_id integer not null references users on delete cascade,
  -- In the line of those whose mails are sent at a pace; from 0.
  place integer not null check (place >= 0),
  outcome text check (outcome in ('reset', 'unchanged', 'failed')),
  -- Why it failed, or why there was nothing to do.
  detail text,
  primary key (reset_id, user_id)
);
create index mass_reset_members_user on mass_reset_members (user_id);
create index mass_reset_members_waiting on mass_reset_members (reset_id, place) where outcome is null;

-- The log is kept for two years, counted back from `instant` or from the newest event, whichever is earlier: whoever asks
-- with another instant takes nothing away that is younger. 94 is the record of a removal itself.
create function events_kept_from(instant timestamptz) returns timestamptz language sql stable as $$
  select (least(instant, (select created_at from events where number <> 94 order by id desc limit 1)) at time zone 'UTC' - interval '2 years')
    at time zone 'UTC'
$$;

-- Months whose last instant is two years ago.
create function old_event_months(instant timestamptz) returns setof date language sql stable as $$
  select month from (
    select to_date(substr(c.relname, 8), 'YYYY_MM') as month from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'events'::regclass and c.relname ~ '^events_\d{4}_\d{2}$'
  ) months
  where (month + interval '1 month') at time zone 'UTC' <= events_kept_from(instant) order by month
$$;

-- Drops one such month, and answers how many events it held; nothing when another process was faster. It waits a quarter
-- of a second at most for whoever uses the log, because everybody who writes to it would wait behind it.
create function drop_event_month(month date, instant timestamptz) returns bigint language plpgsql
set lock_timeout = '250ms' as $$
declare
  name text := 'events_' || to_char(month, 'YYYY_MM');
  gone bigint;
begin
  if to_regclass(name) is null then
    return null;
  end if;
  if month not in (select old_event_months(instant)) then
    raise exception 'the events of % are not two years old, and are kept', to_char(month, 'YYYY-MM');
  end if;
  execute format('select count(*) from %I', name) into gone;
  lock table events in access exclusive mode;
  execute format('drop table %I', name);
  return gone;
exception when undefined_table then
  return null;
end $$;

-- Events for which nobody had made a month lie in events_other. Rows of the log are never deleted: those that are to stay
-- are copied into a table that takes its place, nearly all of them before anybody has to wait. Answers how many went.
create function drop_old_events_without_month(instant timestamptz) returns bigint language plpgsql
set lock_timeout = '250ms' as $$
declare
  kept_from timestamptz := events_kept_from(instant);
  gone bigint;
begin
  if not exists (select from events_other where created_at < kept_from) then
    return 0;
  end if;
  create table events_to_keep (like events including defaults including constraints including indexes);
  insert into events_to_keep select * from events_other where created_at >= kept_from;
  lock table events in access exclusive mode;
  insert into events_to_keep select o.* from events_other o
    where o.created_at >= kept_from and not exists (select from events_to_keep k where k.id = o.id);
  select count(*) into gone from events_other where created_at < kept_from;
  alter table events detach partition events_other;
  drop table events_other;
  alter table events_to_keep rename to events_other;
  alter table events attach partition events_other default;
  create trigger events_are_not_emptied before truncate on events_other
    for each statement execute function refuse_to_rewrite_events();
  return gone;
end $$;
