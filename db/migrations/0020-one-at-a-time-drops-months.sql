-- Several processes may drop the same old months at once. Whether a month was there and whether it was old enough had been
-- asked in two looks, and a month that went between them was reported as one that must stay. Now one process drops at a
-- time, and one look answers both.
set local lock_timeout = '5s';
set local statement_timeout = '5min';

create or replace function drop_event_month(month date, instant timestamptz) returns bigint language plpgsql
set lock_timeout = '250ms' as $$
declare
  name text := 'events_' || to_char(month, 'YYYY_MM');
  is_old boolean;
  gone bigint;
begin
  perform pg_advisory_xact_lock(1936287599);
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
