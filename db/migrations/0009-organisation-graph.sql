-- Where each edge of the organisations' graph comes from, who added or blocked one by hand, and what every import did.
-- The graph has some thousand edges: rewriting them takes no time.
-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, adding-field-with-default

set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- Since when the source does not list it any more.
alter table organisations add column vanished_at timestamptz;

-- One row for each edge that somebody speaks of. An edge counts when the source has it or somebody added it, and nobody
-- blocked it: whoever reads the graph reads `is_effective` and nothing else.
alter table organisation_parents
  add column is_in_source boolean not null default true,
  add column rule text check (rule in ('added', 'blocked')),
  add column rule_lasts text check (rule_lasts in ('next-import', 'permanently')),
  add column rule_reason text check (rule_reason <> ''),
  add column ruled_at timestamptz,
  -- Who made the rule: a person by id, an operator by name.
  add column ruled_by_id integer references users on delete set null,
  add column ruled_by_name text,
  add column is_effective boolean not null
    generated always as ((is_in_source or rule is not distinct from 'added') and rule is distinct from 'blocked') stored,
  add constraint organisation_parents_spoken_of check (is_in_source or rule is not null),
  add constraint organisation_parents_whole_rule
    check ((rule is null) = (rule_lasts is null) and (rule is null) = (rule_reason is null) and (rule is null) = (ruled_at is null));

create table organisation_imports (
  id integer generated always as identity primary key,
  began_at timestamptz not null,
  ended_at timestamptz not null,
  -- Where it was read from: an address without its query, or the name of a file.
  source text not null,
  actor_kind text not null check (actor_kind in ('person', 'console', 'signon')),
  actor_name text,
  outcome text not null check (outcome in ('done', 'refused', 'failed')),
  -- Why it was refused or failed.
  reason text check (reason <> ''),
  -- Counts, and what was new, renamed, closed and so on, as `domain/organisation-import.ts` has it.
  report jsonb,
  constraint organisation_imports_reason check ((outcome = 'done') = (reason is null))
);
