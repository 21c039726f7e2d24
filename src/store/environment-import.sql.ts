import { isSignonItself } from './environment-rows.ts'
import {
  applications,
  type MergeStep,
  organisations,
  parents,
  permissions,
  signIns,
  users,
} from './environment-targets.sql.ts'

const grants: readonly MergeStep[] = [
  {
    text: `create temporary table staged_holding on commit drop as
      select u.id as user_id, a.id as application_id, p.id as permission_id, s.created_at
      from staged_grant s left join users u using (uid) left join applications a using (client_id)
      left join permissions p on p.application_id = a.id and p.name = s.permission`,
  },
  { text: 'create index on staged_holding (user_id, permission_id)' },
  { text: 'analyze staged_holding' },
  {
    counts: 'grants removed',
    text: `delete from grants g where not exists (
      select from staged_holding s where s.user_id = g.user_id and s.permission_id = g.permission_id)`,
  },
  {
    counts: 'grants added',
    text: `insert into grants (user_id, application_id, permission_id, created_at)
      select user_id, application_id, permission_id, created_at from staged_holding on conflict do nothing`,
  },
]

const uses: MergeStep = {
  counts: 'uses added',
  text: `insert into user_applications as t (user_id, application_id, first_signed_in_at, last_signed_in_at)
    select u.id, a.id, s.first_signed_in_at, s.last_signed_in_at
    from staged_use s left join users u using (uid) left join applications a using (client_id)
    on conflict (user_id, application_id) do update
      set first_signed_in_at = least(t.first_signed_in_at, excluded.first_signed_in_at),
        last_signed_in_at = greatest(t.last_signed_in_at, excluded.last_signed_in_at)
      where t.first_signed_in_at is distinct from least(t.first_signed_in_at, excluded.first_signed_in_at)
        or t.last_signed_in_at is distinct from greatest(t.last_signed_in_at, excluded.last_signed_in_at)`,
}

/** What is in the way: accounts and applications that are not in the file, and names that change hands. */
const makeRoom: readonly MergeStep[] = [
  // Signon's own API user is the same one everywhere, and what it presents to applications stays good.
  {
    text: `update users u set uid = s.uid from staged_user s
      where s.email = u.email and s.uid <> u.uid and u.kind = 'machine' and s.kind = 'machine' and ${isSignonItself}
        and not exists (select from users o where o.uid = s.uid)`,
  },
  {
    text: `create temporary table changed_access on commit drop as
      select u.id from users u join staged_user s using (uid)
      where (u.password_hash, u.suspended_at, u.role, u.email)
        is distinct from (s.password_hash, s.suspended_at, s.role, s.email)`,
  },
  {
    counts: 'users removed',
    text: 'delete from users u where not exists (select from staged_user s where s.uid = u.uid)',
  },
  {
    counts: 'applications removed',
    text: 'delete from applications a where not exists (select from staged_application s where s.client_id = a.client_id)',
  },
  {
    counts: 'permissions removed',
    text: `delete from permissions p using applications a where a.id = p.application_id and not exists (
      select from staged_permission s where s.client_id = a.client_id and s.name = p.name)`,
  },
  {
    text: `update organisations o set slug = 'moving-' || content_id where not exists (
      select from staged_organisation s where s.content_id = o.content_id and s.slug = o.slug)`,
  },
  {
    text: `update applications a set name = 'moving ' || client_id where not exists (
      select from staged_application s where s.client_id = a.client_id and lower(s.name) = lower(a.name))`,
  },
  {
    text: `update users u set email = uid || '@moving.invalid' where not exists (
      select from staged_user s where s.uid = u.uid and s.email = u.email)`,
  },
]

/** Organisations that are not in the file; nobody is in them any more. */
const removeOrganisations: readonly MergeStep[] = [
  {
    counts: 'organisation_parents removed',
    text: `delete from organisation_parents t using organisations c, organisations p
      where c.id = t.child_id and p.id = t.parent_id and not exists (
        select from staged_organisation_parent s where s.child = c.content_id and s.parent = p.content_id)`,
  },
  ...['batches', 'batch_rows'].map((table) => ({
    text: `update ${table} b set organisation_id = null from organisations o where o.id = b.organisation_id
      and not exists (select from staged_organisation s where s.content_id = o.content_id)`,
  })),
  {
    counts: 'organisations removed',
    text: `delete from organisations o where not exists (
      select from staged_organisation s where s.content_id = o.content_id)`,
  },
]

/** Whoever may do something else now, or has another password or factor, signs in again; links that they were sent end. */
export const endAccess: readonly MergeStep[] = [
  { text: 'delete from sessions where user_id in (select id from changed_access)' },
  { text: 'delete from remembered_browsers where user_id in (select id from changed_access)' },
  {
    text: `update authorizations set ended_at = $now
      where ended_at is null and user_id in (select id from changed_access)`,
  },
  { text: 'delete from account_tokens where user_id in (select id from changed_access)' },
  { text: 'delete from email_changes where user_id in (select id from changed_access)' },
]

const awaitTokens: readonly MergeStep[] = [
  { text: 'delete from awaited_api_tokens' },
  {
    text: `insert into awaited_api_tokens (user_id, application_id, purpose, owner_email, days, created_at)
      select u.id, a.id, s.purpose, s.owner_email, s.days, $now
      from staged_token s left join users u using (uid) left join applications a using (client_id)
      where not exists (
        select from api_tokens t where t.user_id = u.id and t.application_id = a.id and t.revoked_at is null
          and (t.expires_at is null or t.expires_at > $now))`,
  },
]

/** All that makes this environment a copy, but for authenticator apps, and for `endAccess`, which comes last. */
export const mergeSteps: readonly MergeStep[] = [
  ...makeRoom,
  ...organisations,
  ...applications,
  ...permissions,
  ...users,
  signIns,
  ...parents,
  ...removeOrganisations,
  ...grants,
  uses,
  ...awaitTokens,
]
