-- Whoever goes on with a reset of many passwords that stopped answers for what comes of it from then on.
-- Nobody waits while the few resets that there have been are indexed and checked.
-- squawk-ignore-file require-concurrent-index-creation, adding-foreign-key-constraint, constraint-missing-not-valid

set local lock_timeout = '5s';
set local statement_timeout = '5min';

alter table mass_resets
  -- The last who went on with it, in pages; nobody while it runs under the name of whoever prepared it. It goes with that
  -- account as with the one that prepared it: nobody else may be taken for them.
  add column continued_by integer references users on delete cascade,
  -- When the mail of the first in the line would be due since then: those who are left do not wait for those before them.
  add column mails_from timestamptz,
  add constraint mass_resets_continued_with_mails check ((continued_by is null) = (mails_from is null));
create index mass_resets_continued_by on mass_resets (continued_by);
