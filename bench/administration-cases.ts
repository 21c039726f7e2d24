import { Client } from 'pg'
import type { administrators } from './seeded.ts'

/** One way to ask for a page: addresses that are asked for in turn, by whoever has that role. */
export interface PageCase {
  readonly name: string
  readonly as: keyof typeof administrators
  readonly addresses: readonly string[]
}

/** Places in the list by name and by last sign-in, from the front to the back. */
const depths = [0.03, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.97] as const

const year = new Date().getUTCFullYear()

const words = (name: string, all: string, between = ' '): readonly string[] =>
  all.split(between).map((word) => `${name}=${encodeURIComponent(word)}`)

const filters: Readonly<Record<string, readonly string[]>> = {
  everybody: [''],
  'a name that many have': words('filter', 'smith williams patel thompson khan'),
  'a name that few have': words('filter', 'wu.7 zoë.4 o’connor.2 llewellyn pemhurst'),
  'a full name': words('filter', 'amelia smith,zoë ng,oscar kirkbridge,seán o’brien,emma yorkby', ','),
  'an address': words('filter', '.4217@ .90210@ .77777@ .123@ .500500@'),
  'what everybody has': words('filter', 'example.gov .uk example gov.uk @'),
  'three letters that nobody has': words('filter', 'qzx xqj zzz jqx vvq'),
  'two letters that many have': words('filter', 'sm an ng li wu'),
  'two letters that few have': words('filter', 'oë uy ’b wy yb'),
  'two letters that nobody has': words('filter', 'qz xq jq vq zx'),
  'one letter': words('filter', 'q z ë x e'),
  'signs that nobody has': words('filter', '% _ \\ !! +?'),
  suspended: ['statuses[]=suspended'],
  invited: ['statuses[]=invited'],
  locked: ['statuses[]=locked'],
  active: ['statuses[]=active'],
  'with 2-step verification': ['two_step_statuses[]=has_2sv'],
  'without it': ['two_step_statuses[]=not_setup_2sv'],
  exempt: ['two_step_statuses[]=exempt_from_2sv'],
  superadmins: ['roles[]=superadmin'],
  'organisation admins': ['roles[]=organisation_admin'],
  'normal users': ['roles[]=normal'],
  'a large organisation': ['organisations[]=1'],
  'a small organisation': ['organisations[]=1262', 'organisations[]=1200'],
  'no organisation': ['organisations[]=none'],
  'an application of many': ['permissions[]=1'],
  'an application of few': ['permissions[]=115'],
  'a permission of several': ['permissions[]=2', 'permissions[]=29'],
  'dormant for a year': [`dormant_since=1/1/${year - 1}`],
  'dormant for a week': [`dormant_since=1/11/${year}`],
  'invited lately': [`invited_since=1/1/${year - 2}`, `invited_since=1/1/${year}`],
  'exemption that ends': [`exemption_ends_by=1/6/${year}`, `exemption_ends_by=1/6/${year + 1}`],
  'suspended, of a large organisation': ['statuses[]=suspended&organisations[]=1'],
  'suspended superadmins': ['statuses[]=suspended&roles[]=superadmin'],
  'exempt, and called as many': ['two_step_statuses[]=exempt_from_2sv&filter=smith'],
  'locked, by two letters': ['statuses[]=locked&filter=an'],
  'suspended, with an application': ['statuses[]=suspended&permissions[]=1'],
}

/** Of these, the pages at both ends are asked for, too: a walk meets nobody there any more. */
const atBothEnds = ['everybody', 'suspended', 'an application of many', 'what everybody has'] as const

/** The list of users: every filter, its first page and pages deep inside, in each order. */
export const listCases = async (databaseUrl: string): Promise<readonly PageCase[]> => {
  const places = await placesIn(databaseUrl)
  const ends = atBothEnds.flatMap((name): PageCase[] => [
    {
      name: `${name}, back to the first page`,
      as: 'superadmin',
      addresses: addresses(filters[name] ?? [], places.second),
    },
    {
      name: `${name}, the last page`,
      as: 'superadmin',
      addresses: addresses(filters[name] ?? [], places.last),
    },
  ])
  const all = Object.entries(filters).flatMap(([name, queries]): PageCase[] => [
    { name, as: 'superadmin', addresses: addresses(queries, ['']) },
    { name: `${name}, deep inside`, as: 'superadmin', addresses: addresses(queries, places.name) },
    {
      name: `${name}, newest sign-in first`,
      as: 'superadmin',
      addresses: addresses(queries, ['sort=newest-sign-in']),
    },
    {
      name: `${name}, oldest sign-in first, deep inside`,
      as: 'superadmin',
      addresses: addresses(queries, places.signIn),
    },
  ])
  return [...all, ...ends]
}

const addresses = (queries: readonly string[], more: readonly string[]): readonly string[] =>
  more.flatMap((one) => queries.map((query) => `/users?${[query, one].filter(Boolean).join('&')}`))

/** The list of those who see only a part of everybody: most of all of who is at the head of a hundred organisations. */
export const reachCases = async (databaseUrl: string): Promise<readonly PageCase[]> => {
  const places = await placesIn(databaseUrl)
  return (['super_organisation_admin', 'organisation_admin', 'admin'] as const).flatMap((as) =>
    ['everybody', 'a name that many have', 'two letters that many have', 'suspended'].flatMap((name) => [
      { name: `${name}, as ${as}`, as, addresses: addresses(filters[name] ?? [], ['']) },
      { name: `${name}, as ${as}, deep inside`, as, addresses: addresses(filters[name] ?? [], places.name) },
    ]),
  )
}

/** A person's page and log, and who has access to an application: of people and applications of every size. */
export const personCases = async (
  databaseUrl: string,
  users: number,
): Promise<Readonly<Record<'user' | 'log' | 'access', readonly PageCase[]>>> => {
  const places = await placesIn(databaseUrl)
  // Those with the lowest numbers have the longest logs.
  const people = [0.011, 0.1, 0.3, 0.5, 0.7, 0.9].map((share) => Math.floor(users * share))
  const busy = [5, 6, 7, 8, 9, 10]
  const pages = (name: string, path: string, ids: readonly number[]): PageCase => ({
    name,
    as: 'superadmin',
    addresses: ids.map((id) => path.replace(':id', String(id))),
  })
  const access = (name: string, id: number): readonly PageCase[] => [
    pages(name, '/applications/:id/users_with_access', [id]),
    {
      name: `${name}, deep inside`,
      as: 'superadmin',
      addresses: places.lastSignIns.map((place) => `/applications/${id}/users_with_access?before=${place}`),
    },
  ]
  return {
    user: [
      pages('of anybody', '/users/:id/edit', people),
      pages('what they may use', '/users/:id/applications', people),
    ],
    log: [
      pages('of anybody', '/users/:id/event_logs', people),
      pages('of who is in it most', '/users/:id/event_logs', busy),
      pages('of an application', '/applications/:id/access_logs', [1, 2, 20, 40]),
    ],
    access: [
      ...access('an application of many', 1),
      ...access('an application of some', 20),
      ...access('an application of few', 40),
    ],
  }
}

/** Monthly figures of the application that is used most, with and without accounts that tests sign in with. */
export const statisticsCases: readonly PageCase[] = [
  {
    name: 'of the application that is used most',
    as: 'superadmin',
    addresses: ['', '?include_test_accounts=true'].map(
      (query) => `/applications/1/monthly_access_stats${query}`,
    ),
  },
]

interface Place {
  readonly id: number
  readonly name: string
  readonly signed_in: string
  readonly part: 'second' | 'inside' | 'last'
}

interface Places {
  readonly name: readonly string[]
  /** Before the first of the second page, and behind the tenth from the end: by name. */
  readonly second: readonly string[]
  readonly last: readonly string[]
  readonly signIn: readonly string[]
  readonly lastSignIns: readonly string[]
}

const placesIn = async (databaseUrl: string): Promise<Places> => {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows: known } = await client.query<Place>(
      `with people as (
         select id, lower(name) as name, (extract(epoch from s.last_signed_in_at) * 1000000)::bigint as signed_in,
           row_number() over (order by lower(name), id) as place, count(*) over () as count
         from users join sign_in_states s on s.user_id = id where s.last_signed_in_at > '-infinity'
       )
       select id, name, signed_in, case place when 26 then 'second' when count - 10 then 'last' else 'inside' end as part
       from people where place in (26, count - 10)
         or place = any (select floor(count * depth) from unnest($1::float8[]) depth)`,
      [[...depths]],
    )
    const rows = known.filter(({ part }) => part === 'inside')
    const byName = (word: string, part: Place['part']) =>
      known
        .filter((one) => one.part === part)
        .map(({ id, name }) => `${word}=${encodeURIComponent(`${id}-${name}`)}`)
    const lastSignIns = rows.map((row) => `${row.signed_in}-${row.id}`)
    return {
      name: byName('after', 'inside'),
      second: byName('before', 'second'),
      last: byName('after', 'last'),
      signIn: rows.map((row) => `sort=oldest-sign-in&after=${row.id}-${row.signed_in}`),
      lastSignIns,
    }
  } finally {
    await client.end()
  }
}
