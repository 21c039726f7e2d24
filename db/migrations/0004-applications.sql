-- What reports about applications need: who signs in for tests only, and how many signed in, month by month.
-- Nothing reads or writes the new table yet, and users and applications are counted in thousands.
-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint

set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- An account that tests sign in with: reports leave it out unless they are asked. It was known by its name before.
alter table users add column is_test_account boolean not null default false;
update users set is_test_account = true where name like 'Smokey%';

-- How often tokens were issued (event 47) in months that are over, in London, and to how many accounts. The log has
-- millions of these events; a month is counted once, by night. A month without any has no row.
create table application_months (
  application_id integer not null references applications on delete cascade,
  month date not null check (month = date_trunc('month', month)),
  authorisations bigint not null,
  people integer not null,
  -- The same of accounts that tests sign in with; not in the figures above.
  test_authorisations bigint not null,
  test_people integer not null,
  primary key (application_id, month)
);
