import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { OrganisationId } from '#domain/organisation.ts'
import type { Role, User } from '#domain/user.ts'
import type { TestBrowser } from '#test/browser.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { clock } = test

const cabinet = await test.organisation('Cabinet Office')
const agency = await test.organisation('Tiny Agency', { parents: [cabinet] })
const unit = await test.organisation('Unit of the agency', { parents: [agency], isClosed: true })
const defra = await test.organisation('Defra')

const admins = {
  superadmin: await test.user('Sue Super', { role: 'superadmin', twoStep: true }),
  admin: await test.user('Al Admin', { role: 'admin', twoStep: true, organisationId: defra }),
  super_organisation_admin: await test.user('Sol Super Org', {
    role: 'super_organisation_admin',
    twoStep: true,
    organisationId: cabinet,
  }),
  organisation_admin: await test.user('Oa Org', {
    role: 'organisation_admin',
    twoStep: true,
    organisationId: cabinet,
  }),
  normal: await test.user('Nora Normal', { organisationId: cabinet }),
} as const satisfies Record<Role, User>

const browsers = Object.fromEntries(
  await Promise.all(
    Object.entries(admins).map(async ([role, user]) => [role, await test.signedIn(user)] as const),
  ),
) as Record<Role, TestBrowser>
const { superadmin } = browsers

const decoded = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#92;', '\\')
    .replaceAll('&amp;', '&')

/** Names in the table of a page, in order. */
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/<a class="govuk-link" href="\/users\/\d+\/edit">([^<]*)<\/a>/g)].map(([, name = '']) =>
    decoded(name),
  )

const cellsIn = (text: string): readonly string[] =>
  [...text.matchAll(/<td [^>]*data-heading="[^"]*"[^>]*>([\s\S]*?)<\/td>/g)].map(([, cell = '']) =>
    decoded(cell.replaceAll(/<[^>]*>/g, '').trim()),
  )

const mainOf = (text: string): string => text.slice(text.indexOf('<main'), text.indexOf('</main>'))

const captionIn = (text: string): string =>
  (
    /<caption[^>]*>([^<]*)<\/caption>/.exec(text)?.[1] ??
    /<h2 class="govuk-heading-m">([^<]*)/.exec(text)?.[1] ??
    ''
  ).trim()

const tagsIn = (text: string): readonly { readonly text: string; readonly href: string }[] =>
  [
    ...text.matchAll(/href="([^"]*)"><span class="govuk-visually-hidden">Remove filter <\/span>([^<]*)</g),
  ].map(([, href = '', tag = '']) => ({ text: decoded(tag), href: decoded(href) }))

const linkIn = (text: string, rel: 'prev' | 'next'): string | undefined => {
  const [, href] = new RegExp(`href="([^"]*)" rel="${rel}"`).exec(text) ?? []
  return href && decoded(href)
}

const listed = async (query: string, browser = superadmin): Promise<readonly string[]> => {
  const { status, text } = await browser.get(`/users${query}`)
  equal(status, 200, query)
  return namesIn(text)
}

const exported = async (query: string, browser = superadmin): Promise<readonly string[]> => {
  const { status, text } = await browser.get(`/users.csv${query}`)
  equal(status, 200, query)
  return text
    .split('\r\n')
    .slice(1, -1)
    .map((line) => line.split(',')[0] ?? '')
}

const change = (user: Pick<User, 'id'>, columns: string, values: readonly unknown[] = []) =>
  test.rows(`update users set ${columns} where id = $1`, [user.id, ...values])
const changeSignIns = (user: Pick<User, 'id'>, columns: string, values: readonly unknown[] = []) =>
  test.rows(`update sign_in_states set ${columns} where user_id = $1`, [user.id, ...values])

describe('whom the list shows', () => {
  const place = { own: cabinet, child: agency, grandchild: unit, elsewhere: defra, nowhere: undefined }
  const everyRole: readonly Role[] = [
    'superadmin',
    'admin',
    'super_organisation_admin',
    'organisation_admin',
    'normal',
  ]

  /** Cells of `reference/roles-and-permissions.md` 3.2: roles that each administrator sees, by where people belong. */
  const visible: Record<Exclude<Role, 'normal'>, (role: Role, where: keyof typeof place) => boolean> = {
    superadmin: () => true,
    admin: (role) => role !== 'superadmin',
    super_organisation_admin: (role, where) =>
      role !== 'superadmin' && role !== 'admin' && ['own', 'child', 'grandchild'].includes(where),
    organisation_admin: (role, where) =>
      (role === 'organisation_admin' || role === 'normal') && where === 'own',
  }

  const makeEverybody = async (): Promise<readonly (readonly [string, Role, keyof typeof place])[]> => {
    const made: (readonly [string, Role, keyof typeof place])[] = []
    for (const role of everyRole)
      for (const where of Object.keys(place) as (keyof typeof place)[]) {
        const isImpossible = where === 'nowhere' && /organisation_admin/.test(role)
        if (isImpossible) continue
        const name = `Reach ${role} ${where}`
        const organisationId = place[where]
        await test.user(name, { role, ...(organisationId !== undefined && { organisationId }) })
        made.push([name, role, where])
      }
    return made
  }

  it('is decided by role and organisation, cell by cell, in the page and in the file (admin-ui 12, case 1)', async () => {
    const people = await makeEverybody()
    const machine = await test.machine('Reach machine', await test.application('For machines'))
    for (const [administrator, sees] of Object.entries(visible)) {
      const browser = browsers[administrator as Role]
      const expected = people.filter(([, role, where]) => sees(role, where)).map(([name]) => name)
      deepEqual(new Set(await listed('?filter=reach', browser)), new Set(expected), administrator)
      deepEqual(new Set(await exported('?filter=reach', browser)), new Set(expected), administrator)
    }
    deepEqual(await listed(`?filter=${encodeURIComponent(machine.user.email)}`), [])
  })

  it('is nobody for those who look after nobody, and for strangers', async () => {
    for (const path of ['/users', '/users.csv']) {
      equal((await browsers.normal.get(path)).status, 403)
      equal((await test.browser().get(path)).location, '/users/sign_in')
    }
    deepEqual(
      await test.rows('select 1 from events where number = 78 and actor_id = $1', [admins.normal.id]),
      [],
    )
  })

  it('ends with the right of the administrator, whatever their session says', async () => {
    const gone = await test.user('Gone', { role: 'admin', twoStep: true })
    const browser = await test.signedIn(gone)
    equal((await browser.get('/users')).status, 200)
    await change(gone, `role = 'normal'`)
    equal((await browser.get('/users')).status, 403)
    equal((await browser.get('/users.csv')).status, 403)
  })

  it('includes the administrator', async () => {
    deepEqual(await listed('?filter=oa.org', browsers.organisation_admin), ['Oa Org'])
  })

  it('is not widened by organisations, roles and permissions that are out of reach', async () => {
    const browser = browsers.organisation_admin
    const foreign = await browser.get(`/users?organisations[]=${defra}`)
    const missing = await browser.get('/users?organisations[]=999999')
    deepEqual([namesIn(foreign.text), namesIn(missing.text)], [[], []])
    // But for what was asked, which stands in addresses again.
    const asked = new RegExp(`%5D=(?:${defra}|999999)`, 'g')
    equal(mainOf(foreign.text).replaceAll(asked, ''), mainOf(missing.text).replaceAll(asked, ''))
    deepEqual(
      tagsIn(foreign.text).map(({ text }) => text),
      ['Organisation: Unknown'],
    )
    deepEqual(await listed('?organisations[]=none', browsers.super_organisation_admin), [])
    deepEqual(await listed('?roles[]=superadmin', browsers.admin), [])
    deepEqual(await exported(`?organisations[]=${defra}`, browser), [])
  })

  it('offers the filter of organisations to those who have several, with people in them', async () => {
    const empty = await test.organisation('Nobody is here', { parents: [cabinet] })
    const offered = async (role: Role) =>
      [
        ...(await browsers[role].get('/users')).text.matchAll(
          /name="organisations\[\]" type="checkbox" value="(\w+)"/g,
        ),
      ].map(([, value]) => value)
    deepEqual(await offered('organisation_admin'), [])
    deepEqual(await offered('super_organisation_admin'), [String(cabinet), String(agency), String(unit)])
    const all = await offered('superadmin')
    ok(all.includes('none') && all.includes(String(defra)) && !all.includes(String(empty)))
    match((await superadmin.get('/users')).text, /Unit of the agency \(closed\)/)
  })

  it('offers the roles that the administrator looks after, and buttons to those who may (admin-ui 12, case 2)', async () => {
    const rolesOffered = async (role: Role) =>
      [
        ...(await browsers[role].get('/users')).text.matchAll(
          /name="roles\[\]" type="checkbox" value="(\w+)"/g,
        ),
      ].map(([, value]) => value)
    deepEqual(await rolesOffered('organisation_admin'), ['normal', 'organisation_admin'])
    deepEqual(await rolesOffered('admin'), [
      'normal',
      'organisation_admin',
      'super_organisation_admin',
      'admin',
    ])
    for (const [role, mayInvite] of [
      ['superadmin', true],
      ['admin', true],
      ['super_organisation_admin', false],
      ['organisation_admin', false],
    ] as const) {
      const { text } = await browsers[role].get('/users')
      equal(/href="\/users\/invitation\/new"[^>]*>\s*Create user/.test(text), mayInvite, role)
      equal(/href="\/batch_invitations\/new"[^>]*>\s*Upload a batch of users/.test(text), mayInvite, role)
      match(text, /href="\/users\/access_changes\/new"[^>]*>\s*Change access of several users/)
    }
  })
})

describe('filters', () => {
  it('of status are exclusive, as what the list shows (admin-ui 13, observation 2)', async () => {
    const [active, invited, locked, unlocked, suspended] = [
      await test.user('Stat Active'),
      await test.user('Stat Invited'),
      await test.user('Stat Locked'),
      await test.user('Stat Unlocked'),
      await test.user('Stat Suspended'),
    ]
    const now = clock.now()
    const hourAgo = new Date(now.getTime() - 3_600_000)
    await change(invited, 'invited_at = $2, password_hash = null', [now])
    await change(
      suspended,
      `suspended_at = $2, suspension_reason = 'x', invited_at = $2, password_hash = null`,
      [now],
    )
    for (const one of [invited, suspended]) await changeSignIns(one, 'locked_at = $2', [now])
    await changeSignIns(locked, 'locked_at = $2', [new Date(hourAgo.getTime() + 1)])
    await changeSignIns(unlocked, 'locked_at = $2', [hourAgo])
    const by = (...statuses: readonly string[]) =>
      listed(`?filter=stat&${statuses.map((one) => `statuses[]=${one}`).join('&')}`)
    deepEqual(await by('active'), [active.name, unlocked.name])
    deepEqual(await by('invited'), [invited.name])
    deepEqual(await by('locked'), [locked.name])
    deepEqual(await by('suspended'), [suspended.name])
    deepEqual(await by('locked', 'suspended'), [locked.name, suspended.name])
    deepEqual(await by('locked', 'nonsense', 'locked'), [locked.name])
    equal((await by('nonsense')).length, 5)
    const shown = cellsIn((await superadmin.get('/users?filter=stat')).text).filter(
      (_, index) => index % 7 === 4,
    )
    deepEqual(shown, ['Active', 'Invited', 'Locked', 'Suspended', 'Active'])
  })

  it('of 2-step verification are exclusive, too', async () => {
    const [enabled, exempted] = [
      await test.user('Step Enabled', { twoStep: true }),
      await test.user('Step Exempted'),
    ]
    await test.user('Step Missing')
    for (const user of [enabled, exempted])
      await change(user, `exempt_reason = 'no phone', exempt_until = '2027-03-27'`)
    const by = (value: string) => listed(`?filter=step&two_step_statuses[]=${value}`)
    deepEqual(await by('has_2sv'), ['Step Enabled'])
    deepEqual(await by('not_setup_2sv'), ['Step Missing'])
    deepEqual(await by('exempt_from_2sv'), ['Step Exempted'])
    equal((await by('exempted')).length, 3)
    deepEqual(await listed('?filter=step&exemption_ends_by=27/3/2027'), ['Step Enabled', 'Step Exempted'])
    deepEqual(await listed('?filter=step&exemption_ends_by=2027-03-26'), [])
  })

  it('of role let through who has one of them', async () => {
    deepEqual(
      await listed(
        `?roles[]=organisation_admin&roles[]=admin&filter=example.gov.uk&organisations[]=${defra}`,
      ),
      ['Al Admin', 'Reach admin elsewhere', 'Reach organisation_admin elsewhere'],
    )
    deepEqual(await listed('?roles[]=nonsense'), [])
    deepEqual(
      tagsIn((await superadmin.get('/users?roles[]=nonsense&roles[]=constructor&roles[]=admin')).text).map(
        ({ text }) => text,
      ),
      ['Role: Admin', 'Role: Unknown'],
    )
  })

  it('of organisation let through who is in one of them, or in none (admin-ui 13, observation 19)', async () => {
    const by = (...ids: readonly (OrganisationId | string)[]) =>
      listed(`?filter=reach+normal&${ids.map((id) => `organisations[]=${id}`).join('&')}`)
    deepEqual(await by(agency), ['Reach normal child'])
    deepEqual(await by(agency, defra), ['Reach normal child', 'Reach normal elsewhere'])
    deepEqual(await by('none'), ['Reach normal nowhere'])
    deepEqual(await by('none', unit), ['Reach normal grandchild', 'Reach normal nowhere'])
    for (const nonsense of ['x', '-1', '1e3', '99999999999999999999', '%C3%A9'])
      deepEqual(await by(nonsense), [])
  })

  it('of permission let through each holder once, of applications that are in use (roles 8, case 19)', async () => {
    const whitehall = await test.application('Whitehall', { permissions: ['editor', 'a', 'b', 'c', 'd'] })
    const old = await test.application('Old', { permissions: ['editor'] })
    const machines = await test.application('Machines only', { isApiOnly: true })
    const [both, one, none] = [
      await test.user('Perm Both'),
      await test.user('Perm One'),
      await test.user('Perm None'),
    ]
    await test.grant(both, whitehall, 'signin', 'editor')
    await test.grant(one, whitehall, 'editor')
    for (const application of [old, machines]) await test.grant(none, application, 'signin')
    await test.rows('update applications set retired_at = $1 where id = $2', [clock.now(), old.id])
    const permission = async ({ id }: { readonly id: number }, name: string) =>
      (
        await test.rows<{ id: number }>(
          'select id from permissions where application_id = $1 and name = $2',
          [id, name],
        )
      )[0]?.id ?? 0
    const [signin, editor] = [await permission(whitehall, 'signin'), await permission(whitehall, 'editor')]
    deepEqual(await listed(`?filter=perm&permissions[]=${signin}`), ['Perm Both'])
    deepEqual(await listed(`?filter=perm&permissions[]=${editor}&permissions[]=${signin}`), [
      'Perm Both',
      'Perm One',
    ])
    for (const application of [old, machines])
      deepEqual(await listed(`?filter=perm&permissions[]=${await permission(application, 'signin')}`), [])
    const { text } = await superadmin.get(`/users?permissions[]=${editor}`)
    deepEqual(
      tagsIn(text).map((tag) => tag.text),
      ['Permission: Whitehall editor'],
    )
    match(text, /Permissions \(1 selected\)/)
    doesNotMatch(text, /Old (?:editor|signin)|Machines only signin/)
    // The ticked comes first.
    match(text, new RegExp(`data-filter-options="permissions">[\\s\\S]{0,200}value="${editor}" checked>`))
  })

  it('of dates count days in London', async () => {
    const people = [
      await test.user('Date Long ago'),
      await test.user('Date Just before'),
      await test.user('Date Just after'),
      await test.user('Date Never, old'),
      await test.user('Date Never, new'),
    ]
    const [longAgo, before, after, old, young] = people
    // Midnight of 27 June 2026 in London is 11pm of the 26th.
    const signIn = `created_at = $2::timestamptz - interval '1 year', invited_at = $2, invitation_accepted_at = $2`
    for (const [user, instant] of [
      [longAgo, '2020-01-01T00:00:00Z'],
      [before, '2026-06-26T22:59:59.999Z'],
      [after, '2026-06-26T23:00:00Z'],
    ] as const) {
      await change(user ?? { id: 0 as never }, signIn, [instant])
      await changeSignIns(user ?? { id: 0 as never }, 'last_signed_in_at = $2', [instant])
    }
    await change(old ?? { id: 0 as never }, `created_at = '2026-06-26T22:00:00Z'`)
    await change(young ?? { id: 0 as never }, `created_at = '2026-06-27T10:00:00Z'`)
    deepEqual(await listed('?filter=date&dormant_since=27/6/2026'), [
      'Date Just before',
      'Date Long ago',
      'Date Never, old',
    ])
    const shown = cellsIn((await superadmin.get('/users?filter=date')).text).filter((_, at) => at % 7 === 6)
    deepEqual(shown, ['27 Jun 2026', '26 Jun 2026', '1 Jan 2020', 'Never', 'Never'])
    deepEqual(await listed('?filter=date&invited_since=2026-06-27'), ['Date Just after'])
    deepEqual(await listed('?filter=date&invited_since=26.6.2026'), ['Date Just after', 'Date Just before'])
    deepEqual(await listed('?filter=date&dormant_since=27/6/2026&sort=newest-sign-in'), [
      'Date Just before',
      'Date Long ago',
      'Date Never, old',
    ])
  })

  it('say in the form what is wrong with a date, and keep it', async () => {
    for (const [field, typed] of [
      ['dormant_since', '30/2/2026'],
      ['invited_since', 'yesterday'],
      ['exemption_ends_by', '0000-01-01'],
    ] as const) {
      const { status, text } = await superadmin.get(`/users?${field}=${encodeURIComponent(typed)}`)
      equal(status, 400)
      match(text, /<title>Error: Users/)
      match(text, new RegExp(`href="#${field}">[^<]* must be a real date, such as 27/3/2026`))
      match(text, new RegExp(`id="${field}"[^>]*value="${typed}"`))
      deepEqual(namesIn(text), [])
      equal((await superadmin.get(`/users.csv?${field}=${encodeURIComponent(typed)}`)).status, 400)
    }
    const { status, text } = await superadmin.get(`/users?filter=${'x'.repeat(256)}`)
    equal(status, 400)
    match(text, /Search must be 255 characters or less/)
    deepEqual(await listed(`?filter=${'x'.repeat(255)}`), [])
  })

  it('combine: each group narrows what the others leave (admin-ui 12, case 3)', async () => {
    const suspended = await test.user('Combined Suspended', { organisationId: agency })
    await test.user('Combined Active', { organisationId: agency })
    await change(suspended, `suspended_at = $2, suspension_reason = 'x'`, [clock.now()])
    const query = `?filter=combined&statuses[]=suspended&statuses[]=locked&roles[]=normal&two_step_statuses[]=not_setup_2sv&organisations[]=${agency}`
    deepEqual(await listed(query), ['Combined Suspended'])
    deepEqual(await exported(query), ['Combined Suspended'])
    deepEqual(await listed(`${query}&exemption_ends_by=2030-01-01`), [])
  })

  it('are shown as tags, each of which leads to the list without it', async () => {
    const { text } = await superadmin.get(
      `/users?filter=reach&statuses[]=active&statuses[]=locked&organisations[]=${agency}&invited_since=&dormant_since=1/2/2027&sort=oldest-sign-in`,
    )
    const tags = tagsIn(text)
    deepEqual(
      tags.map((tag) => tag.text),
      [
        'Search: reach',
        'Status: Active',
        'Status: Locked',
        'Organisation: Tiny Agency',
        'Not signed in since: 1/2/2027',
      ],
    )
    equal(
      decodeURIComponent(tags[1]?.href ?? ''),
      `/users?filter=reach&statuses[]=locked&organisations[]=${agency}&dormant_since=1/2/2027&sort=oldest-sign-in`,
    )
    doesNotMatch(tags[0]?.href ?? '', /filter=/)
    match(text, /<a class="govuk-link" href="\/users">Clear all filters<\/a>/)
    match(text, /<details class="[^"]*" open>\s*<summary[^>]*>\s*<span[^>]*>\s*Status \(2 selected\)/)
    doesNotMatch((await superadmin.get('/users')).text, /Clear all filters|<details[^>]* open/)
  })

  it('refuse what can be asked once and is asked twice', async () => {
    for (const name of ['filter', 'dormant_since', 'sort'])
      equal((await superadmin.get(`/users?${name}=a&${name}=b`)).status, 400, name)
    deepEqual(await listed('?roles[]=admin&roles[]=admin&filter=al.admin'), ['Al Admin'])
  })
})

describe('a search', () => {
  it('finds what name or address contains, whatever the case, and nothing across the two (admin-ui 12, case 4)', async () => {
    await test.user('Zoë O’Brien-Ng', { email: 'zo.brien@justice.example.gov.uk' })
    for (const typed of [
      'zoë',
      'ZOË',
      'O’brien',
      'n-n',
      '  zoë  ',
      'zo.brien@',
      'justice.EXAMPLE',
      'ë',
      '’b',
    ])
      ok((await listed(`?filter=${encodeURIComponent(typed)}`)).includes('Zoë O’Brien-Ng'), typed)
    for (const typed of ['ng zo', 'ngzo', 'ng\nzo.'])
      deepEqual(await listed(`?filter=${encodeURIComponent(typed)}`), [], typed)
  })

  it('takes what is typed literally', async () => {
    await test.user(String.raw`Per%cent_under\slash`, { email: 'literal@example.gov.uk' })
    for (const typed of ['per%cent', '%cent_', String.raw`under\sla`, '%', '_', '\\'])
      deepEqual(
        await listed(
          `?filter=${encodeURIComponent(typed)}&organisations[]=none&roles[]=normal&statuses[]=active&two_step_statuses[]=not_setup_2sv`,
        ),
        [String.raw`Per%cent_under\slash`],
      )
    for (const typed of ['per_cent', 'p%h', "' or 1=1;--"])
      deepEqual(await listed(`?filter=${encodeURIComponent(typed)}`), [])
  })

  it('and names are shown as text', async () => {
    const markup = `"><script>alert(1)</script>`
    await test.user(`Mark ${markup}`, {
      email: 'markup@example.gov.uk',
      organisationId: await test.organisation(`Org ${markup}`),
    })
    await test.application(`App ${markup}`)
    const { text } = await superadmin.get(
      `/users?filter=${encodeURIComponent(markup)}&sort=${encodeURIComponent(markup)}`,
    )
    deepEqual(namesIn(text), [`Mark ${markup}`])
    doesNotMatch(text, /<script>alert/)
  })
})

describe('an empty list', () => {
  it('says what to do next', async () => {
    const { text } = await superadmin.get('/users?filter=nobody-at-all')
    equal(captionIn(text), '0 users')
    match(text, /Check the search, remove a filter, or <a class="govuk-link" href="\/users">see everybody/)
    doesNotMatch(text, /as CSV/)
  })
})

describe('the caption', () => {
  it('counts, and names the one organisation that somebody looks after', async () => {
    const only = await test.organisation('Only One')
    for (const role of ['organisation_admin', 'super_organisation_admin'] as const)
      await test.user(`Caption ${role}`, { role, organisationId: only, twoStep: true })
    const [admin] = await test.rows<User>(
      `select id from users where name = 'Caption super_organisation_admin'`,
    )
    const browser = await test.signedIn(admin ?? { id: 0 as never })
    const { text } = await browser.get('/users')
    equal(captionIn(text), '2 users in Only One')
    doesNotMatch(text, /name="organisations\[\]"/)
    match(text, />Export 2 users as CSV</)
    equal(captionIn((await browser.get('/users?filter=caption.super')).text), '1 user in Only One')
    doesNotMatch(captionIn((await browsers.super_organisation_admin.get('/users')).text), / in /)
  })
})

describe('former addresses', () => {
  const moved = async (path: string) => {
    const { status, location } = await superadmin.get(path)
    return [status, decodeURIComponent(location)]
  }

  it('lead to the present ones, with everything else that they ask for (admin-ui 13, observation 1)', async () => {
    deepEqual(
      await moved('/users?status=suspended&filter=a+b&role=admin&organisation=3&permission=4&page=2'),
      [302, '/users?statuses[]=suspended&filter=a+b&roles[]=admin&organisations[]=3&permissions[]=4&page=2'],
    )
    for (const [former, present] of [
      ['true', 'has_2sv'],
      ['false', 'not_setup_2sv'],
      ['exempt', 'exempt_from_2sv'],
    ])
      deepEqual(await moved(`/users?two_step_status=${former}`), [
        302,
        `/users?two_step_statuses[]=${present}`,
      ])
    deepEqual(await moved('/users?two_step_status=maybe&status='), [302, '/users'])
    deepEqual(await moved('/users?status=active&statuses[]=locked'), [
      302,
      '/users?statuses[]=active&statuses[]=locked',
    ])
    deepEqual(await moved('/users.csv?role=normal'), [302, '/users.csv?roles[]=normal'])
  })

  it('are refused to those who may not see the list', async () => {
    equal((await browsers.normal.get('/users?status=active')).status, 403)
  })
})

describe('pages', () => {
  const pad = (number: number) => String(number).padStart(3, '0')
  const page = (query: string) => superadmin.get(query)

  /** Every page on from here, by `next`. */
  const through = async (start: string): Promise<readonly (readonly string[])[]> => {
    const pages: (readonly string[])[] = []
    for (let at: string | undefined = start; at !== undefined; ) {
      const { status, text } = await page(at)
      equal(status, 200, at)
      pages.push(namesIn(text))
      at = linkIn(text, 'next')
    }
    return pages
  }

  let crowd: OrganisationId
  let everybody: string

  before(async () => {
    crowd = await test.organisation('Crowd')
    everybody = `/users?organisations[]=${crowd}`
    for (let number = 1; number <= 60; number += 1) {
      // Two of each name, so that the id has to decide.
      const name = `Crowd ${pad(Math.ceil(number / 2))}`
      const user = await test.user(name, { email: `crowd${number}@example.gov.uk`, organisationId: crowd })
      const hours = Math.ceil(number / 4)
      if (number % 3 > 0)
        await changeSignIns(user, `last_signed_in_at = timestamptz '2026-01-01' + $2 * interval '1 hour'`, [
          hours,
        ])
    }
  })
  const byName = Array.from({ length: 60 }, (_, index) => `Crowd ${pad(Math.floor(index / 2) + 1)}`)

  it('go on and back through everybody, 25 at a time', async () => {
    const pages = await through(everybody)
    deepEqual(
      pages.map(({ length }) => length),
      [25, 25, 10],
    )
    deepEqual(pages.flat(), byName)
    const first = await page(everybody)
    equal(captionIn(first.text), '60 users')
    equal(linkIn(first.text, 'prev'), undefined)
    const second = await page(linkIn(first.text, 'next') ?? '')
    const third = await page(linkIn(second.text, 'next') ?? '')
    const back = await page(linkIn(third.text, 'prev') ?? '')
    deepEqual(namesIn(back.text), namesIn(second.text))
    deepEqual(namesIn((await page(linkIn(back.text, 'prev') ?? '')).text), namesIn(first.text))
    equal(linkIn((await page(linkIn(back.text, 'prev') ?? '')).text, 'prev'), undefined)
  })

  it('go by the last sign-in as well, with those who never signed in at the older end', async () => {
    const idsOf = async (sort: string) => {
      const pages: string[] = []
      for (let at: string | undefined = `${everybody}&sort=${sort}`; at !== undefined; ) {
        const { text } = await page(at)
        pages.push(...[...text.matchAll(/href="\/users\/(\d+)\/edit"/g)].map(([, id = '']) => id))
        at = linkIn(text, 'next')
      }
      return pages
    }
    const expected = await test.rows<{ id: number }>(
      'select user_id as id from sign_in_states where organisation_id = $1 order by last_signed_in_at, user_id',
      [crowd],
    )
    const ids = expected.map(({ id }) => String(id))
    deepEqual(await idsOf('oldest-sign-in'), ids)
    deepEqual(await idsOf('newest-sign-in'), ids.toReversed())
  })

  it('go back to the first page from a place near it', async () => {
    const { text } = await page(`${everybody}&before=999999999-crowd%20002`)
    deepEqual(namesIn(text), byName.slice(0, 25))
    equal(linkIn(text, 'prev'), undefined)
  })

  it('lose and double nobody when people come, go and change between them', async () => {
    const first = await page(everybody)
    const [gone] = await test.rows<{ id: number }>(
      `select id from users where organisation_id = $1 and name = 'Crowd 013' order by id`,
      [crowd],
    )
    const seen = namesIn(first.text)
    equal(seen.at(-1), 'Crowd 013')
    // The last one who was shown leaves, another comes before all, one moves on that was seen, and one signs in.
    await test.rows('delete from users where id = $1', [gone?.id])
    await test.user('Crowd 000', { email: 'crowd0@example.gov.uk', organisationId: crowd })
    await test.rows(
      `update sign_in_states set last_signed_in_at = '2026-06-01'
       from users where id = user_id and email = 'crowd55@example.gov.uk'`,
    )
    const rest = (await through(linkIn(first.text, 'next') ?? '')).flat()
    deepEqual([...seen, ...rest], byName)
    const second = await page(linkIn(first.text, 'next') ?? '')
    const back = await page(linkIn(second.text, 'prev') ?? '')
    deepEqual(namesIn(back.text), ['Crowd 000', ...byName.slice(0, 24)])
  })

  it('say so where nobody is left', async () => {
    const { status, text } = await page(`${everybody}&after=999999999-zzz`)
    equal(status, 200)
    match(text, /There is nobody on this page any more\./)
    match(text, /Go to the first page/)
  })

  it('are not reached by places that are none', async () => {
    for (const place of [
      '',
      'x',
      '1',
      '1-',
      '-1-a',
      '1e3-a',
      '99999999999-a',
      '%C3%A9-a',
      `1-${'x'.repeat(1001)}`,
    ])
      for (const name of ['after', 'before'])
        equal((await page(`/users?${name}=${place}`)).status, 400, `${name}=${place}`)
    for (const place of ['1-ada', '1-', '1-12.5', '1--5', '1-99999999999999999999', '1-infinity'])
      equal((await page(`/users?sort=newest-sign-in&after=${place}`)).status, 400, place)
    equal((await page('/users?after=1-a&after=2-b')).status, 400)
    equal((await page('/users?after=1-a&before=2-b')).status, 400)
    match((await page('/users?after=nonsense')).text, /The list has no page of this address/)
    equal((await page('/users?sort=newest-sign-in&after=1-never')).status, 200)
  })

  it('show nobody more to those who follow a place of somebody else', async () => {
    const { text } = await page('/users')
    const next = linkIn(text, 'next') ?? ''
    const shown = await listed(next.slice('/users'.length), browsers.organisation_admin)
    ok(shown.length > 0)
    const own = await test.rows<{ name: string }>('select name from users where organisation_id = $1', [
      cabinet,
    ])
    ok(shown.every((name) => own.some((one) => one.name === name)))
  })
})
