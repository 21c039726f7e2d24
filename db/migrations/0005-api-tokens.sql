-- Tokens of API users in pages: what takes the place of what, forms that are sent once, warnings before a token expires.
-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, require-concurrent-index-creation

set local lock_timeout = '5s';
set local statement_timeout = '5min';

alter table api_tokens
  -- The token whose place this one takes; both are good until the older is revoked.
  add column replaces_id integer references api_tokens on delete set null,
  -- Of the key in the form that asked for it, so that a form that is sent again makes no second token.
  add column request_key_hash bytea check (length(request_key_hash) = 32);

-- There are a few thousand tokens and a few hundred API users, so making these takes no time.
create unique index api_tokens_request_key on api_tokens (request_key_hash) where request_key_hash is not null;
create unique index api_tokens_replacement on api_tokens (replaces_id) where revoked_at is null;
create index api_tokens_expiring on api_tokens (expires_at) where revoked_at is null;
create index users_machines on users (lower(name), id) where kind = 'machine';

-- What the owner of a token was told of its end, each once.
create table api_token_notices (
  api_token_id integer not null references api_tokens on delete cascade,
  days smallint not null check (days > 0),
  created_at timestamptz not null,
  primary key (api_token_id, days)
);
