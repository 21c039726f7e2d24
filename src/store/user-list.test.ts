import { deepEqual, equal, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Administrator } from '#domain/administration.policy.ts'
import type { ApplicationId, PermissionId } from '#domain/application.ts'
import type { UserId } from '#domain/user.ts'
import type { UserFilter, UserOrder, UserPlace } from '#domain/user-filter.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { rows, signon } = test

const large = await test.organisation('Large')
const small = await test.organisation('Small', { parents: [large] })
const application = await test.application('Ledger')
await rows(
  `insert into permissions (application_id, name, created_at, updated_at) values ($1, 'Reader', $2, $2)`,
  [application.id, test.clock.now()],
)
const permissionCalled = async (name: string): Promise<PermissionId> => {
  const [permission] = await rows<{ id: PermissionId }>(
    'select id from permissions where application_id = $1 and name = $2',
    [application.id, name],
  )
  return permission?.id ?? (0 as PermissionId)
}
const held = await permissionCalled('signin')
const heldByMany = await permissionCalled('Reader')

// A crowd in which some stand close together in one of the orders, and others are spread.
await rows(
  `insert into users (uid, kind, name, email, role, organisation_id, created_at, updated_at, invited_at, invitation_accepted_at,
     suspended_at, suspension_reason)
   select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'person',
     (array['Ann', 'Bea', 'Čai', 'Zoë'])[1 + n / 6000] || ' ' || case when n % 3 = 0 then 'Smith' else 'Wu' end || n % 200,
     'crowd' || n || '@example.gov.uk', case when n % 90 = 0 then 'organisation_admin' else 'normal' end,
     case when n % 250 = 1 then $2::integer when n % 11 > 0 or n % 90 = 0 then $1 end, '2020-01-01', '2020-01-01', '2020-01-01',
     case when n % 4 in (1, 2) then timestamptz '2020-01-02' end,
     case when n % 10 = 7 or n > 10000 and n % 4 > 1 then timestamptz '2026-10-01' end,
     case when n % 10 = 7 or n > 10000 and n % 4 > 1 then 'has left' end
   from generate_series(1, 23999) n`,
  [large, small],
)
await rows(
  `update sign_in_states set last_signed_in_at = case when n % 4 = 1 then timestamptz '2026-01-01' + n * interval '1 minute'
     else timestamptz '2023-01-01' - n % 7 * interval '1 day' end
   from (select id, substring(email from '[0-9]+')::integer as n from users where email like 'crowd%') crowd
   where user_id = crowd.id and n % 4 in (1, 2)`,
)
// Some are locked, and others were until an hour ago.
await rows(
  `update sign_in_states
   set locked_at = case when user_id % 2 = 0 then $1::timestamptz else $1::timestamptz - interval '1 hour' end
   where user_id % 70 < 2`,
  [test.clock.now()],
)
await rows(
  `insert into grants (user_id, application_id, permission_id, created_at)
   select id, $1, $2, '2020-01-01' from users where id % 6 = 0 and kind = 'person'`,
  [application.id, held],
)
await rows(
  `insert into grants (user_id, application_id, permission_id, created_at)
   select id, $1, $2, '2020-01-01' from users where id % 20 > 0 and kind = 'person'`,
  [application.id, heldByMany],
)
await rows('analyze')

const root = await test.user('Root', { role: 'superadmin' })
const everywhere: Administrator = {
  kind: 'person',
  id: root.id,
  role: 'superadmin',
  organisationId: null,
  isInGds: false,
}
const inLarge: Administrator = { ...everywhere, role: 'organisation_admin', organisationId: large }
const below: Administrator = { ...inLarge, role: 'super_organisation_admin' }
const admin: Administrator = { ...everywhere, role: 'admin' }

const everybody: UserFilter = {
  text: '',
  statuses: [],
  twoStep: [],
  roles: [],
  organisations: [],
  withoutOrganisation: false,
  permissions: [],
}
const smith = `(strpos(lower(name), 'smith') > 0 or strpos(email, 'smith') > 0)`
const invited = 'suspended_at is null and invited_at is not null and invitation_accepted_at is null'
const suspended = 'suspended_at is not null'
const locked = `suspended_at is null and (invited_at is null or invitation_accepted_at is not null)
  and id in (select user_id from sign_in_states where locked_at = '${test.clock.now().toISOString()}')`
const withPermission = (id: PermissionId) => `id in (select user_id from grants where permission_id = ${id})`
const withLedger = withPermission(held)
const dormant = `last_signed_in_at < '2024-06-01' and created_at < '2024-06-01'`

/** Filters, and what they say in plain SQL. */
const filters: Readonly<Record<string, readonly [Partial<UserFilter>, string]>> = {
  everybody: [{}, 'true'],
  suspended: [{ statuses: ['suspended'] }, suspended],
  invited: [{ statuses: ['invited'] }, invited],
  locked: [{ statuses: ['locked'] }, locked],
  'locked or suspended': [{ statuses: ['locked', 'suspended'] }, `(${locked} or ${suspended})`],
  active: [
    { statuses: ['active'] },
    `suspended_at is null and not (${locked}) and (invited_at is null or invitation_accepted_at is not null)`,
  ],
  'invited or suspended': [{ statuses: ['invited', 'suspended'] }, `(${invited} or ${suspended})`],
  dormant: [{ dormantSince: '2024-06-01' }, dormant],
  'dormant and invited': [{ dormantSince: '2024-06-01', statuses: ['invited'] }, `${dormant} and ${invited}`],
  'organisation admins': [{ roles: ['organisation_admin'] }, `role = 'organisation_admin'`],
  'of a large organisation': [{ organisations: [large] }, `organisation_id = ${large}`],
  'of a small one': [{ organisations: [small] }, `organisation_id = ${small}`],
  'of none, or a small one': [
    { organisations: [small], withoutOrganisation: true },
    `(organisation_id is null or organisation_id = ${small})`,
  ],
  'with an application': [{ permissions: [held] }, withLedger],
  'with a permission that many have': [{ permissions: [heldByMany] }, withPermission(heldByMany)],
  'suspended, with an application': [
    { statuses: ['suspended'], permissions: [held] },
    `${suspended} and ${withLedger}`,
  ],
  'a name': [{ text: 'Smith' }, smith],
  'a name, of none': [{ text: 'Smith', withoutOrganisation: true }, `${smith} and organisation_id is null`],
  'a name, suspended': [{ text: 'Smith', statuses: ['suspended'] }, `${smith} and ${suspended}`],
  'a name, of a small organisation': [
    { text: 'Smith', organisations: [small] },
    `${smith} and organisation_id = ${small}`,
  ],
  'a name of those at the end': [{ text: 'zoë' }, `strpos(lower(name), 'zoë') > 0`],
  'two letters': [{ text: 'wU' }, `strpos(lower(name), 'wu') > 0`],
  'two letters of few': [{ text: 'u9' }, `strpos(lower(name), 'u9') > 0`],
  'letters apart': [{ text: 'a S' }, `strpos(lower(name), 'a s') > 0`],
  'a letter that is two in lower case': [
    { text: 'İ' },
    `(strpos(lower(name), lower('İ')) > 0 or strpos(email, lower('İ')) > 0)`,
  ],
  'one letter, with an application': [
    { text: 'č', permissions: [held] },
    `strpos(lower(name), 'č') > 0 and ${withLedger}`,
  ],
  nobody: [{ text: 'qqq' }, 'false'],
}

const signInKey = `case when last_signed_in_at = '-infinity' then 'never'
  else (extract(epoch from last_signed_in_at) * 1000000)::bigint::text end`

/** What people are sorted by, and that as it stands in a place. */
const orders: Readonly<Record<UserOrder, { readonly sorting: string; readonly key: string }>> = {
  name: { sorting: 'lower(name), id', key: 'lower(name)' },
  'newest-sign-in': {
    sorting: 'last_signed_in_at desc, id desc',
    key: signInKey,
  },
  'oldest-sign-in': {
    sorting: 'last_signed_in_at, id',
    key: signInKey,
  },
}

const limit = 10
/** Parts of the list behind which pages are asked for, and before which. */
const depths = [0, 0.3, 0.5, 0.8, 1]

/** Asks for first pages and for pages around some places, in each order, and holds them against plain SQL. */
const holdAgainst = async (
  administrator: Administrator,
  filter: Partial<UserFilter>,
  condition: string,
): Promise<void> => {
  for (const [order, { sorting, key }] of Object.entries(orders) as [
    UserOrder,
    (typeof orders)[UserOrder],
  ][]) {
    const asked = { ...everybody, ...filter }
    const page = (place?: UserPlace) =>
      signon.read(({ userList }) => userList.page(administrator, asked, order, place, limit))
    const all = await rows<{ id: UserId; key: string }>(
      `select id, ${key} as key from users
       join (select user_id, last_signed_in_at from sign_in_states) signs on user_id = id
       where ${condition} order by ${sorting}`,
    )
    const ids = (from: number, to: number) => all.slice(Math.max(from, 0), to).map(({ id }) => id)

    const first = await page()
    equal(first.isMoreThanCounted ? first.count < all.length : first.count === all.length, true, order)
    deepEqual([first.users.map(({ id }) => id), first.isMore], [ids(0, limit), all.length > limit], order)
    if (order === 'name')
      deepEqual([...(await signon.single.userList.matchingIds(administrator, asked))], ids(0, all.length))
    for (const depth of depths) {
      const place = Math.floor((all.length - 1) * depth)
      const at = all[place]
      if (!at) continue
      const after = await page({ direction: 'after', ...at })
      deepEqual(
        [after.users.map(({ id }) => id), after.isMore],
        [ids(place + 1, place + 1 + limit), all.length > place + 1 + limit],
        `${order}, after ${place}`,
      )
      const before = await page({ direction: 'before', ...at })
      deepEqual(
        [before.users.map(({ id }) => id), before.isMore],
        [ids(place - limit, place), place > limit],
        `${order}, before ${place}`,
      )
    }
  }
}

const withinLarge = `organisation_id = ${large} and role in ('normal', 'organisation_admin')`

describe('a page of the list', () => {
  for (const [name, [filter, condition]] of Object.entries(filters)) {
    it(`has whom plain SQL finds: ${name}`, () => holdAgainst(everywhere, filter, condition))
    it(`has whom plain SQL finds in one organisation: ${name}`, () =>
      holdAgainst(inLarge, filter, `${withinLarge} and ${condition}`))
  }

  it('has whom plain SQL finds for those who see some organisations, or some roles', async () => {
    const ofBoth = `organisation_id in (${large}, ${small}) and role <> 'admin'`
    for (const name of ['everybody', 'invited', 'a name', 'two letters', 'with an application']) {
      const [filter, condition] = filters[name] ?? [{}, 'false']
      await holdAgainst(below, filter, `${ofBoth} and ${condition}`)
      await holdAgainst(admin, filter, `role <> 'superadmin' and ${condition}`)
    }
  })

  it('has those with access to an application, who signed in last first', async () => {
    const all = await rows<{ id: UserId }>(
      `select id from users join (select user_id, last_signed_in_at from sign_in_states) signs on user_id = id
       where ${withLedger} order by ${orders['newest-sign-in'].sorting}`,
    )
    const { users, isMore } = await signon.single.applicationPages.usersWithAccess(application.id, { limit })
    deepEqual([users.map(({ id }) => id), isMore], [all.slice(0, limit).map(({ id }) => id), true])
    const behind = users.at(-1)?.position
    const next = await signon.single.applicationPages.usersWithAccess(application.id, { behind, limit })
    deepEqual(
      next.users.map(({ id }) => id),
      all.slice(limit, 2 * limit).map(({ id }) => id),
    )
  })

  it('counts those with access exactly up to ten thousand, and no machines', async () => {
    const countOf = (id: ApplicationId) => signon.single.applicationPages.countUsersWithAccess(id)
    const used = await test.application('Used by many')
    await test.machine('Robot', used)
    const use = (count: number) =>
      rows(
        `insert into grants (user_id, application_id, permission_id, created_at)
         select u.id, $1, p.id, '2020-01-01' from permissions p, (select id from users where email like 'crowd%' order by id limit $2) u
         where p.application_id = $1 and p.name = 'signin' on conflict do nothing`,
        [used.id, count],
      )
    deepEqual(await countOf(used.id), { count: 0, isMoreThanCounted: false })
    await use(10_000)
    deepEqual(await countOf(used.id), { count: 10_000, isMoreThanCounted: false })
    await use(10_001)
    deepEqual(await countOf(used.id), { count: 10_000, isMoreThanCounted: true })
    deepEqual((await signon.single.applicationPages.reach(used.id)).people, 10_001)
  })

  it('has whom it should when people have moved, have another role, or have signed in', async () => {
    await rows(`update users set organisation_id = $1 where id % 50 = 3 and role = 'normal'`, [small])
    await rows(
      `update users set role = 'super_organisation_admin' where role = 'organisation_admin' and id % 7 = 0`,
    )
    await rows(
      `update sign_in_states set last_signed_in_at = '2026-10-30'
       from users where id = user_id and invitation_accepted_at is not null and id % 9 = 0`,
    )
    await holdAgainst(inLarge, {}, withinLarge)
    for (const name of ['everybody', 'of a large organisation', 'of a small one', 'organisation admins']) {
      const [filter, condition] = filters[name] ?? [{}, 'false']
      await holdAgainst(everywhere, filter, condition)
    }
  })

  it('takes nobody for invited who can sign in: whoever has a password has accepted', async () => {
    const sql = `update users set password_hash = 'x' where ${invited}`
    await rejects(rows(sql), /users_accept_before_they_have_a_password/)
  })
})
