import { eventKinds } from '#domain/events.ts'
import type { Seeded } from './seeded.ts'
import * as seeded from './seeded.ts'

/** Statements that fill a migrated database; those of one list may run at the same time as those of another. */
export const seedStatements = (users: number, at: number, passwordHash: string) => {
  const instant = `'${new Date(at).toISOString()}'::timestamptz`
  const { applicationCount, applicationsEach, tokensEach, tokenStride } = seeded
  const tokens = users * tokensEach
  const expired = users * (tokensEach - 1)
  const span = seeded.oldest - seeded.newestExpired
  const expiredMade = `${at - seeded.oldest} + t * ${span}::bigint / ${expired}`
  const liveMade = `${at - seeded.recent} + (t - ${expired}) * ${seeded.recent}::bigint / ${users}`
  const everyHolding = `generate_series(1, ${users}) u, generate_series(0, ${applicationsEach - 1}) j`
  const applicationOf = `(u * 3 + j * 10) % ${applicationCount} + 1`

  const everybody = [
    `insert into organisations (content_id, slug, name, created_at, updated_at)
     select md5('organisation ' || o)::uuid, 'department-' || o, 'Department ' || o, ${instant}, ${instant} from generate_series(1, 200) o`,
    ...applicationStatements(instant),
    `insert into users (id, uid, kind, name, email, role, organisation_id, password_hash, password_changed_at, created_at, updated_at)
     overriding system value
     select u, md5('user ' || u)::uuid, 'person', 'Person ' || u, 'person.' || u || '@example.gov.uk', 'normal', u % 200 + 1,
       '${passwordHash}', ${instant}, ${instant}, ${instant} from generate_series(1, ${users}) u`,
    countOnFrom('users'),
    `insert into sign_in_states (user_id, role, organisation_id) select id, role, organisation_id from users`,
    sessionStatement({ users, at }, 'true'),
    `insert into grants (user_id, application_id, permission_id, created_at)
     select u, a, (a - 1) * 3 + p, ${instant} from ${everyHolding}, generate_series(1, 2) p, lateral (select ${applicationOf} as a) held`,
  ]
  const everyToken = [
    `insert into authorizations (id, user_id, application_id, authenticated_at, redirect_base, code_challenge, code_hash, redeemed_at,
       access_hash, access_expires_at, refresh_hash, noted_at, expires_at, ended_at, created_at)
     select id, u, a, made, 'https://application-' || a || '.example:443/auth/gds/callback', '${'c'.repeat(43)}', ${hash(token('code'))}, made,
       ${hash(token('access'))}, made + interval '2 hours', ${hash(token('refresh'))}, ${instant} + interval '1 day', made + interval '30 days',
       case when t < ${expired} and t % 2 = 0 then made + interval '3 hours' end, made
     from (select t, t * ${tokenStride} % ${users} + 1 as u, case when t < ${expired} then ${expiredMade} else ${liveMade} end as ms
       from generate_series(0, ${tokens - 1}::bigint) t) rows,
       lateral (select ms << 21 | t % 2097152 as id, to_timestamp(ms / 1000.0) as made, (t % ${seeded.freshApplications})::integer as j) named,
       lateral (select (${applicationOf})::integer as a) held`,
    `insert into user_applications (user_id, application_id, first_signed_in_at, last_signed_in_at, last_synced_at)
     select u, ${applicationOf}, ${instant} - interval '90 days', ${instant} - interval '1 day',
       ${instant} + case when j < ${seeded.freshApplications} then interval '1 day' else interval '-1 day' end from ${everyHolding}`,
    `insert into events (created_at, number, about_uid, actor_kind, actor_id, address, user_agent)
     select date_trunc('month', ${instant}) + (${instant} - date_trunc('month', ${instant})) * (n / ${users}.0), ${eventKinds['signed-in'].number},
       md5('user ' || u)::uuid, 'person', u, '192.0.2.7', 'Mozilla/5.0'
     from generate_series(1, ${users}::bigint) n, lateral (select (n * ${tokenStride} % ${users} + 1)::integer as u) one`,
  ]
  return { everybody, everyToken }
}

/** The applications, each with a secret and three permissions. */
export const applicationStatements = (instant: string): readonly string[] => [
  `insert into applications (id, name, client_id, description, home_uri, redirect_uris, created_at, updated_at) overriding system value
   select a, 'Application ' || a, 'bench-application-' || a, 'One of many', 'https://application-' || a || '.example',
     array['https://application-' || a || '.example/auth/gds/callback'], ${instant}, ${instant} from generate_series(1, ${seeded.applicationCount}) a`,
  `insert into application_secrets (application_id, slot, secret_hash, created_at)
   select a, 1, ${hash("'bench-secret-of-application-' || a")}, ${instant} from generate_series(1, ${seeded.applicationCount}) a`,
  `insert into permissions (id, application_id, name, is_delegated, created_at, updated_at) overriding system value
   select (a - 1) * 3 + p, a, (array['signin', 'editor', 'writer'])[p], true, ${instant}, ${instant}
   from generate_series(1, ${seeded.applicationCount}) a, generate_series(1, 3) p`,
  countOnFrom('applications'),
  countOnFrom('permissions'),
]

/** Live sessions of the users `u` of whom this is true. */
export const sessionStatement = ({ users, at }: Seeded, whose: string): string => {
  const instant = `to_timestamp(${at} / 1000.0)`
  const { recent, sessionStride } = seeded
  return `insert into sessions (id, token_hash, user_id, level, created_at, authenticated_at, last_seen_at, expires_at, address, user_agent)
    select id, ${hash(token('session'))}, u, 'full', made, made, ${instant} + interval '1 hour', made + interval '1 day', '192.0.2.7', 'Mozilla/5.0'
    from (select u, (${at - recent} + place * ${recent}::bigint / ${users}) as ms, place
      from (select u, u::bigint * ${sessionStride} % ${users} as place from generate_series(1, ${users}) u where ${whose}) places order by place) rows,
      lateral (select ms << 21 | place % 2097152 as id, to_timestamp(ms / 1000.0) as made) named`
}

/** Rows without an id that are added later get the next ones. */
export const countOnFrom = (table: string): string =>
  `select setval(pg_get_serial_sequence('${table}', 'id'), max(id)) from ${table}`

export const hash = (text: string): string => `sha256(convert_to(${text}, 'UTF8'))`

/** The text of the token of a row with this `id`, as `seeded.ts` makes it. */
const token = (kind: string): string =>
  `rtrim(translate(encode(int8send(id) || substr(${hash(`'${kind} ' || id`)}, 1, 24), 'base64'), '+/', '-_'), '=')`
