import { eventKinds } from '#domain/events.ts'
import { applicationStatements, countOnFrom, sessionStatement } from './seed.sql.ts'
import { administrators, type Seeded } from './seeded.ts'

/** So many events of each person are in the log. */
const eventsEach = 20
/** One event in so many is of this month, which has only begun; the others are of the 24 months before. */
const ofThisMonth = 20
const months = 24

const firstNames =
  'Amelia Olivia Isla Ava Mia Lily Grace Ella Freya Evie Ivy Florence Aisha Fatima Priya Zoë Siân Nia Niamh Chloé Sarah Emma Claire Rachel Rebecca Karen Susan Julie Tracey Alison Oliver George Arthur Noah Muhammad Leo Oscar Harry Archie Jack Henry Charlie Theo Thomas William James Joshua Ethan David Paul Andrew Mark Stephen Ian Gareth Rhys Seán Callum Raj Wei'
const surnames =
  'Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White Roberts Green Hall Wood Jackson Clarke Khan Hussain Begum Ahmed Ali Singh Kaur Shah Li Ng Wu O’Brien O’Connor MacDonald McIntyre Llewellyn Pritchard Fraser Campbell'
const beginnings =
  'Ash Brad Cart Dun East Fair Green Hart Ing Kirk Lang Mar Nor Oak Pem Rad Stan Thorn Up Wal West Whit Wool York'
const endings = 'bourne bridge bury by combe dale don field ford ham hurst ington ley low man mere more ridge'
const domains =
  'cabinet-office education health justice defence transport environment-agency hmrc ons ukhsa naturalengland companieshouse landregistry dvla dvsa'

/** Statements that fill a migrated database as administration meets it; lists may run at the same time as each other. */
export const administrationStatements = ({ users, at }: Seeded, passwordHash: string) => {
  const instant = `'${new Date(at).toISOString()}'::timestamptz`
  const people = [
    ...applicationStatements(instant),
    usersStatement(users, instant, passwordHash),
    countOnFrom('users'),
    `insert into users (uid, kind, name, email, created_at, updated_at)
     select md5('machine ' || m)::uuid, 'machine', 'Machine ' || m, 'machine.' || m || '@example.gov.uk', ${instant}, ${instant}
     from generate_series(1, 300) m`,
    sessionStatement({ users, at }, `u <= ${Object.keys(administrators).length}`),
    grantsStatement(users, instant),
  ]
  const searches = [
    `insert into user_searches (user_id, name, text, role, organisation_id)
     select id, lower(name), lower(name) || E'\\n' || email, role, organisation_id from users where kind = 'person'`,
  ]
  const signIns = [signInsStatement(instant)]
  const organisations = [
    `insert into listed_organisations (organisation_id, role)
     select distinct organisation_id, role from users where kind = 'person' and organisation_id is not null`,
  ]
  return { people, searches, signIns, organisations, log: logStatements(users * eventsEach, users, instant) }
}

/** A number from 0 to 1 that depends on `key` and on what it is for. */
const chance = (key: string, salt: number): string =>
  `((hashint8extended(${key}, ${salt}) & 1048575) / 1048576.0)`

/** One word of a list, taken by chance. */
const oneOf = (words: string, key: string, salt: number): string => {
  const all = words.split(' ')
  return `('{${all.join(',')}}'::text[])[1 + floor(${chance(key, salt)} * ${all.length})::integer]`
}

const usersStatement = (users: number, instant: string, passwordHash: string): string => {
  const role = `case ${Object.entries(administrators)
    .map(([one, id]) => `when u = ${id} then '${one}'`)
    .join(' ')}
    when ${chance('u', 4)} < 0.0001 then 'superadmin' when ${chance('u', 4)} < 0.001 then 'admin'
    when ${chance('u', 4)} < 0.004 then 'super_organisation_admin' when ${chance('u', 4)} < 0.015 then 'organisation_admin'
    else 'normal' end`
  return `
    insert into users (id, uid, kind, name, email, role, organisation_id, password_hash, password_changed_at, created_at,
      updated_at, invited_at, invited_by, invitation_accepted_at, suspended_at, suspension_reason, has_second_factor,
      exempt_reason, exempt_until, is_test_account)
    overriding system value
    select u, md5('user ' || u)::uuid, 'person', first || ' ' || last,
      translate(lower(first || '.' || last), 'ëâáé’', 'eaae''') || '.' || u || '@' || ${oneOf(domains, 'u', 9)} || '.example.gov.uk',
      role, case when role <> 'normal' or ${chance('u', 5)} > 0.02 then organisation end,
      case when not is_invited then '${passwordHash}' end, made, made, made,
      case when ${chance('u', 7)} > 0.1 or is_invited then made end, 1, case when not is_invited then made + interval '1 day' end,
      case when is_suspended then ${instant} - ${chance('u', 8)} * interval '1 year' end, case when is_suspended then 'has left' end,
      has_second_factor, case when is_exempt then 'has no phone' end,
      case when is_exempt then (${instant} + (${chance('u', 13)} - 0.1) * interval '1 year')::date end, ${chance('u', 14)} < 0.0001
    from generate_series(1::bigint, ${users}) u,
      lateral (select ${role} as role, ${oneOf(firstNames, 'u', 1)} as first, ${chance('u', 10)} as status,
        case when ${chance('u', 2)} < 0.5 then ${oneOf(surnames, 'u', 3)}
          else ${oneOf(beginnings, 'u', 3)} || ${oneOf(endings, 'u', 15)} end as last,
        case when ${chance('u', 20)} < 0.025 then (select id from organisations where slug = 'ministry-of-justice')
          else 1 + floor(${chance('u', 16)} ^ 1.5 * (select count(*) from organisations))::integer end as organisation,
        ${instant} - ${chance('u', 17)} * interval '6 years' - interval '2 years' as made) drawn,
      lateral (select role = 'normal' and status < 0.03 as is_suspended,
        role = 'normal' and status >= 0.03 and status < 0.06 as is_invited) stands,
      lateral (select u <= ${Object.keys(administrators).length} or not is_invited and ${chance('u', 18)} < 0.6 as has_second_factor) factor,
      lateral (select role = 'normal' and not has_second_factor and ${chance('u', 19)} < 0.01 as is_exempt) exemption`
}

/** What signing in changed of them: some are locked now, and more were. */
const signInsStatement = (instant: string): string => `
  insert into sign_in_states (user_id, role, organisation_id, sign_in_count, last_signed_in_at, locked_at)
  select id, role, organisation_id, case when has_accepted then floor(${chance('id', 6)} * 300) else 0 end,
    case when has_accepted and ${chance('id', 11)} > 0.03 then ${instant} - ${chance('id', 12)} ^ 3 * interval '2 years'
      else '-infinity' end,
    case when status < 0.0606 and status >= 0.06 then ${instant} + interval '1 day'
      when status < 0.08 and status >= 0.0606 then ${instant} - interval '3 days' end
  from users, lateral (select ${chance('id', 10)} as status, invitation_accepted_at is not null as has_accepted) stands
  where kind = 'person'`

/** Some applications are everybody's, and two hardly anybody's. */
const grantsStatement = (users: number, instant: string): string => `
  insert into grants (user_id, application_id, permission_id, created_at)
  select u, a, (a - 1) * 3 + p, ${instant}
  from generate_series(1::bigint, ${users}) u, generate_series(1, 40) a,
    lateral (select ${chance('u * 40 + a', 21)} as held) drawn, generate_series(1, case when held * a < 0.15 then 2 else 1 end) p
  where held < case when a > 38 then 0.00005 else 0.4 / a end`

/** The log: two lists of months that are written at the same time, before its indexes are there. */
const logStatements = (events: number, users: number, instant: string): readonly (readonly string[])[] => {
  const thisMonth = `date_trunc('month', ${instant})`
  const recent = events / ofThisMonth
  const older = `${thisMonth} - interval '${months} months' + interval '${months} months' * (n / ${events - recent}.0)`
  const newest = `${thisMonth} + (${instant} - ${thisMonth}) * (n / ${recent}.0)`
  const half = Math.floor((events - recent) / 2)
  return [
    [eventsStatement(1, half, older, users)],
    [eventsStatement(half + 1, events - recent, older, users), eventsStatement(1, recent, newest, users)],
  ]
}

const eventsStatement = (from: number, to: number, made: string, users: number): string => `
  insert into events (created_at, number, about_uid, application_id, actor_kind, actor_id, address, user_agent)
  select ${made}, number, md5('user ' || u)::uuid, case when number = 47 then floor(${chance('n', 33)} ^ 4 * 40)::integer + 1 end,
    case when number = 47 then 'application' when number = 37 then 'console' else 'person' end, case when number <> 47 then u end,
    '192.0.2.7', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'
  from generate_series(${from}::bigint, ${to}) n,
    lateral (select ${chance('n', 31)} as kind, 1 + floor(${chance('n', 32)} ^ 2 * ${users})::integer as u) drawn,
    lateral (select case when kind < 0.6 then ${eventKinds['application-authorised'].number}
      when kind < 0.85 then ${eventKinds['signed-in'].number} when kind < 0.95 then ${eventKinds['two-step-passed'].number}
      when kind < 0.98 then ${eventKinds['sign-in-failed'].number} when kind < 0.99 then ${eventKinds['permissions-added'].number}
      when kind < 0.999 then ${eventKinds['signed-out'].number} else ${eventKinds['account-invited'].number} end as number) happened`

/** The organisations of a register, which is JSON, and their graph. */
export const organisationStatements = (register: string, { at }: Pick<Seeded, 'at'>): readonly string[] => {
  const instant = `'${new Date(at).toISOString()}'::timestamptz`
  const listed = `jsonb_array_elements(${literal(register)}::jsonb) o`
  return [
    `insert into organisations (content_id, slug, name, abbreviation, format, is_closed, created_at, updated_at)
     select (o->'details'->>'content_id')::uuid, o->'details'->>'slug', btrim(o->>'title'), o->'details'->>'abbreviation', o->>'format',
       o->'details'->>'govuk_status' = 'closed', ${instant}, ${instant} from ${listed}`,
    `insert into organisation_parents (child_id, parent_id, created_at)
     select distinct child.id, parent.id, ${instant} from ${listed}, jsonb_array_elements(o->'parent_organisations') p,
       organisations child, organisations parent
     where child.slug = o->'details'->>'slug' and parent.slug = regexp_replace(p->>'id', '.*/', '') and child.id <> parent.id`,
  ]
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Where the two administrators belong whom organisations limit: at the head of a tenth of everybody, and in the largest. */
export const placeStatements: readonly string[] = [
  `with recursive below (root, id) as (
     select id, id from organisations union select root, p.child_id from organisation_parents p join below on p.parent_id = below.id
   ), sizes as (
     select root, sum(people) as people from below
     join (select organisation_id, count(*) as people from users group by 1) o on o.organisation_id = below.id group by 1
   )
   update users set organisation_id = (select root from sizes order by abs(people - (select count(*) from users) / 10.0) limit 1)
   where id = ${administrators.super_organisation_admin}`,
  `update users set organisation_id = (
     select organisation_id from users where organisation_id is not null group by 1 order by count(*) desc limit 1)
   where id = ${administrators.organisation_admin}`,
]

/** The months of the log. */
export const monthsStatement = `select make_event_months((current_date - interval '${months + 1} months')::date, ${months + 2})`
