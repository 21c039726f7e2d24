-- One index for both: each count is found by window, name and caller, and those whose time is over by the window. With an
-- index of the window alone beside the key, PostgreSQL took that one for a single count as long as it believed the table
-- to be small, and went through everybody who had tried in these minutes.
-- The counts of some hours are few.
-- squawk-ignore-file require-concurrent-index-deletion, adding-serial-primary-key-field, constraint-missing-not-valid

set local lock_timeout = '5s';
set local statement_timeout = '5min';

alter table throttles
  drop constraint throttles_pkey,
  add primary key (window_start, name, caller);
drop index throttles_window;
