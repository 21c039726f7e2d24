-- What is made for the cluster can be read again until it is there. The columns are empty when they are added.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- Sealed by the key ring; erased when the cluster has it, and when the token is revoked.
alter table api_tokens add column sealed_token text;
alter table application_secrets add column sealed_secret text;
