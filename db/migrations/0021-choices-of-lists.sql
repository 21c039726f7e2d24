-- Organisations that a list can be narrowed to: to ask each of them whether somebody belongs to it took a third of a page's
-- time. A row is made when somebody comes, and removed some time after everybody has gone.
-- Nobody waits while the few thousand accounts that a first version has are looked at.
-- squawk-ignore-file adding-foreign-key-constraint

set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- Taken first, so that nobody who holds a part of it waits for us.
lock table users in access exclusive mode;

create table listed_organisations (
  organisation_id integer not null references organisations on delete cascade,
  -- Of people, not of machines.
  role text not null,
  primary key (organisation_id, role)
);

create function keep_listed_organisations() returns trigger language plpgsql as $$
begin
  insert into listed_organisations (organisation_id, role) values (new.organisation_id, new.role)
  on conflict do nothing;
  return null;
end $$;
create trigger users_are_of_organisations after insert or update of role, organisation_id on users
  for each row when (new.kind = 'person' and new.organisation_id is not null)
  execute function keep_listed_organisations();
insert into listed_organisations
  select distinct organisation_id, role from users where kind = 'person' and organisation_id is not null;

create function is_left(organisation integer, its_role text) returns boolean language sql stable
  return not exists (select from user_searches where organisation_id = organisation and role = its_role);

-- Whoever comes meanwhile has put a row here first, or waits for us: the second look sees everybody whose row it may remove.
create function forget_left_organisations() returns integer language plpgsql set lock_timeout = '2s' as $$
declare
  gone integer;
begin
  if not exists (select from listed_organisations where is_left(organisation_id, role)) then
    return 0;
  end if;
  lock table listed_organisations in share row exclusive mode;
  delete from listed_organisations where is_left(organisation_id, role);
  get diagnostics gone = row_count;
  return gone;
exception when lock_not_available then
  return 0;
end $$;
