-- Several processes may remove old events at once. Whether a month was there and whether it was old enough had been asked in
-- two looks, and a month that went between them was reported as one that must stay. Now one process removes at a time, and
-- one look answers both.
set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- Waits for whoever removes old events, holding nothing meanwhile that somebody waits for. The number is “oldev” in ASCII.
create function hold_old_events() returns void language plpgsql set lock_timeout = '20s' as $$
begin
  perform pg_advisory_xact_lock(478559888758);
end $$;

create or replace function drop_event_month(month date, instant timestamptz) returns bigint language plpgsql
set lock_timeout = '250ms' as $$
declare
  name text := 'events_' || to_char(month, 'YYYY_MM');
  is_old boolean;
  gone bigint;
begin
  perform hold_old_events();
  select month in (select old_event_months(instant)) into is_old
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = 'events'::regclass and c.relname = name;
  if not found then
    return null;
  end if;
  if not is_old then
    raise exception 'the events of % are not two years old, and are kept', to_char(month, 'YYYY-MM');
  end if;
  execute format('select count(*) from %I', name) into gone;
  lock table events in access exclusive mode;
  execute format('drop table %I', name);
  return gone;
exception when undefined_table then
  return null;
end $$;

create or replace function drop_old_events_without_month(instant timestamptz) returns bigint language plpgsql
set lock_timeout = '250ms' as $$
declare
  kept_from timestamptz;
  gone bigint;
begin
  perform hold_old_events();
  kept_from := events_kept_from(instant);
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

-- Another process may make a month between the question whether it is there and its making.
create or replace function make_event_months(first date, months integer) returns void language plpgsql
set lock_timeout = '2s' as $$
declare
  month date;
  name text;
begin
  for month in select generate_series(date_trunc('month', first), date_trunc('month', first) + make_interval(months => months - 1), '1 month')
  loop
    name := 'events_' || to_char(month, 'YYYY_MM');
    if to_regclass(name) is null then
      begin
        execute format('create table %I partition of events for values from (%L) to (%L)',
          name, month || ' 00:00+00', (month + interval '1 month')::date || ' 00:00+00');
        execute format('create trigger events_are_not_emptied before truncate on %I
          for each statement execute function refuse_to_rewrite_events()', name);
      exception when check_violation then
        raise warning 'events of % stay in events_other', to_char(month, 'YYYY-MM');
      when duplicate_table or unique_violation then
        null;
      end;
    end if;
  end loop;
end $$;
