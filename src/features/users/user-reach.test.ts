import { deepEqual, equal, match } from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { gdsContentId, type OrganisationId } from '#domain/organisation.ts'
import { type Role, roles, type User, type UserId } from '#domain/user.ts'
import type { TestBrowser } from '#test/browser.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()

/** What each page is asked for, and which roles may do that at all. */
const managers: readonly Role[] = ['superadmin', 'admin', 'super_organisation_admin', 'organisation_admin']
const pages = [
  ['/users/:id/edit', managers],
  ['/users/:id/name/edit', managers],
  ['/users/:id/email/edit', managers],
  ['/users/:id/sessions', managers],
  ['/users/:id/role/edit', ['superadmin']],
  ['/users/:id/organisation/edit', ['superadmin', 'admin']],
] as const satisfies readonly (readonly [string, readonly Role[]])[]

const forms = [
  ['/users/:id/name/edit', managers],
  ['/users/:id/email/edit', managers],
  ['/users/:id/email/resend_email_change', managers],
  ['/users/:id/email/cancel_email_change', managers],
  ['/users/:id/sessions/end_all', managers],
  ['/users/:id/sessions/1/end', managers],
  ['/users/:id/browsers/1/forget', managers],
  ['/users/:id/role/edit', ['superadmin']],
  ['/users/:id/organisation/edit', ['superadmin', 'admin']],
] as const satisfies readonly (readonly [string, readonly Role[]])[]

/** A form as its page would send it: nothing but who sends it, and to whom, is wrong with it. */
const fieldsOf = (path: string, user: Pick<User, 'name' | 'email' | 'role' | 'organisationId'>) => {
  const was = /name|email|role|organisation/.exec(path)?.[0]
  return {
    'user[name]': 'Mallory',
    'user[email]': 'mallory@example.gov.uk',
    'user[role]': user.role === 'admin' ? 'superadmin' : 'admin',
    'user[organisation_id]': 'none',
    pending_email: 'pending@example.gov.uk',
    was: was === 'organisation' ? String(user.organisationId ?? 'none') : user[was as 'name'],
  }
}

/** Sends it with one token for all, because there are many. */
const send = async (browser: TestBrowser, path: string, user: User): Promise<number> => {
  const token = tokens.get(browser) ?? tokenIn((await browser.get('/account')).text)
  tokens.set(browser, token)
  const body = new URLSearchParams({ ...fieldsOf(path, user), csrf_token: token })
  return (await browser.send(path.replace(':id', String(user.id)), { method: 'POST', body })).status
}

const tokens = new Map<TestBrowser, string>()
const tokenIn = (text: string): string => /name="csrf_token" value="([^"]+)"/.exec(text)?.[1] ?? ''

/** Whom each role manages, by role and by place (`reference/roles-and-permissions.md` 3.1). */
const reaches = (actor: Role, target: Role, place: 'own' | 'below' | 'elsewhere'): boolean => {
  if (actor === 'superadmin') return true
  if (actor === 'admin') return target !== 'superadmin'
  if (target === 'superadmin' || target === 'admin') return false
  if (actor === 'super_organisation_admin') return place !== 'elsewhere'
  return actor === 'organisation_admin' && target !== 'super_organisation_admin' && place === 'own'
}

describe('who reaches the pages about a person', () => {
  const actors = new Map<Role, TestBrowser>()
  const actorIds = new Map<Role, UserId>()
  const targets: { role: Role; place: 'own' | 'below' | 'elsewhere'; user: User }[] = []

  before(async () => {
    const own = await test.organisation('Cabinet Office', { contentId: gdsContentId })
    const below = await test.organisation('Below', {
      parents: [await test.organisation('Between', { parents: [own] })],
    })
    const places: Record<'own' | 'below' | 'elsewhere', OrganisationId> = {
      own,
      below,
      elsewhere: await test.organisation('Elsewhere'),
    }
    for (const role of roles) {
      const actor = await test.user(`Actor ${role}`, { role, organisationId: own, twoStep: true })
      actors.set(role, await test.signedIn(actor))
      actorIds.set(role, actor.id)
      for (const place of ['own', 'below', 'elsewhere'] as const)
        targets.push({
          role,
          place,
          user: await test.user(`Target ${role} ${place}`, { role, organisationId: places[place] }),
        })
    }
  })

  const browserOf = (role: Role): TestBrowser => actors.get(role) ?? test.browser()

  it('is decided by role and organisation, and out of reach is like not there (roles 8, cases 7 and 8)', async () => {
    for (const [path, allowed] of pages)
      for (const actor of roles)
        for (const { role, place, user } of targets) {
          const { status } = await browserOf(actor).get(path.replace(':id', String(user.id)))
          const may = (allowed as readonly Role[]).includes(actor)
          const expected = !may ? 403 : reaches(actor, role, place) ? 200 : 404
          equal(status, expected, `${actor} at ${path} of ${role} ${place}`)
        }
  })

  it('is the same for every form, and who may not changes nothing', async () => {
    const before = await test.events()
    for (const [path, allowed] of forms)
      for (const actor of roles)
        for (const { role, place, user } of targets) {
          const may = (allowed as readonly Role[]).includes(actor)
          if (may && reaches(actor, role, place)) continue
          const status = await send(browserOf(actor), path, user)
          equal(status, may ? 404 : 403, `${actor} at ${path} of ${role} ${place}`)
        }
    deepEqual(await test.events(), before)
  })

  it('answers those whom nobody reaches in the very same words as those who are not there', async () => {
    const [superadmin] = targets
    const words = async (id: number) =>
      (await browserOf('admin').get(`/users/${id}/edit`)).text.split('<main')[1]?.split('</main>')[0]
    equal(await words(superadmin?.user.id ?? 0), await words(999999))
  })

  it('is nobody for API users, who have pages of their own', async () => {
    const robot = (await test.machine('Robot', await test.application('Imports'))).user
    for (const [path] of pages)
      equal((await browserOf('superadmin').get(path.replace(':id', String(robot.id)))).status, 404, path)
    for (const [path] of forms) equal(await send(browserOf('superadmin'), path, robot), 404, path)
    deepEqual(await test.events(robot.uid), [])
  })

  it('is nobody by a number that is none', async () => {
    for (const id of ['0', '-1', '01', '1e3', '9999999999', '1.5', 'x', '%00', '1%20', '%F0', '1;--'])
      for (const [path] of pages) {
        const { status } = await browserOf('superadmin').get(path.replace(':id', id))
        equal(status === 404 || status === 400, true, `${path} ${id} ${status}`)
      }
  })

  it('is oneself on one’s own pages only (observation 3)', async () => {
    const ownPages = {
      '/users/:id/edit': '/account',
      '/users/:id/name/edit': '/account',
      '/users/:id/email/edit': '/account/email/edit',
      '/users/:id/role/edit': '/account/role/edit',
      '/users/:id/organisation/edit': '/account/organisation/edit',
      '/users/:id/sessions': '/account/sessions',
    }
    for (const [path, own] of Object.entries(ownPages)) {
      const { status, location } = await browserOf('superadmin').get(
        path.replace(':id', String(actorIds.get('superadmin'))),
      )
      deepEqual([status, location], [302, own], path)
    }
    const before = await test.events()
    for (const actor of managers)
      for (const [path] of forms) {
        const self = await test.signon.single.users.seek(actorIds.get(actor) ?? (0 as UserId))
        equal(self && (await send(browserOf(actor), path, self)), 403, `${actor} ${path}`)
      }
    deepEqual(await test.events(), before)
  })

  it('is nobody without a session', async () => {
    const [target] = targets
    for (const [path] of pages)
      equal(
        (await test.browser().get(path.replace(':id', String(target?.user.id)))).location,
        '/users/sign_in',
      )
  })
})

// departures 10: what is below by any path is in reach, in the moment in which it is.
describe('the reach of super organisation admins where organisations have several parents', () => {
  const addEdge = (child: OrganisationId, parent: OrganisationId) =>
    test.rows('insert into organisation_parents (child_id, parent_id, created_at) values ($1, $2, $3)', [
      child,
      parent,
      test.clock.now(),
    ])
  const adminOf = async (name: string, organisationId: OrganisationId) =>
    test.signedIn(
      await test.user(`Looks after ${name}`, {
        role: 'super_organisation_admin',
        organisationId,
        twoStep: true,
      }),
    )
  const every = ['edit', 'name/edit', 'sessions', 'applications', 'event_logs']
  const statuses = async (browser: TestBrowser, { id }: User) =>
    Promise.all(every.map(async (page) => (await browser.get(`/users/${id}/${page}`)).status))
  const seen = every.map(() => 200)
  const unseen = every.map(() => 404)
  const why = (page: string): string =>
    (page.split('Why can I manage this person?')[1] ?? '').replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

  it('is both of two parents, until one of them is blocked (roles 9, observation 14)', async () => {
    const [one, other] = [await test.organisation('First of two'), await test.organisation('Second of two')]
    const child = await test.organisation('Child of two', { parents: [one, other] })
    const below = await test.organisation('Grandchild', { parents: [child] })
    const [first, second] = [await adminOf('one', one), await adminOf('other', other)]
    const tim = await test.user('Tim', { organisationId: below })
    for (const browser of [first, second]) {
      deepEqual(await statuses(browser, tim), seen)
      equal((await browser.get('/users?filter=tim%40')).text.includes('tim@example.gov.uk'), true)
    }
    await test.signon.transaction((work) =>
      work.organisationParents.setRule(
        { child, parent: other },
        { kind: 'blocked', lasts: 'permanently', reason: 'Wrong', by: { id: null, name: 'test' } },
      ),
    )
    deepEqual(await statuses(second, tim), unseen)
    equal((await second.get('/users?filter=tim%40')).text.includes('tim@example.gov.uk'), false)
    equal(
      (await second.post(`/users/${tim.id}/name/edit`, { 'user[name]': 'Mallory', was: 'Tim' }, '/account'))
        .status,
      404,
    )
    deepEqual(await statuses(first, tim), seen)
    await test.signon.transaction((work) => work.organisationParents.endRule({ child, parent: other }))
    deepEqual(await statuses(second, tim), seen)
  })

  it('is what was added by hand, which the way down says', async () => {
    const [top, child] = [await test.organisation('Hand top'), await test.organisation('Hand child')]
    const below = await test.organisation('Below hand', { parents: [child] })
    const una = await test.user('Una', { organisationId: below })
    const browser = await adminOf('hand', top)
    deepEqual(await statuses(browser, una), unseen)
    await test.signon.transaction((work) =>
      work.organisationParents.setRule(
        { child, parent: top },
        { kind: 'added', lasts: 'next-import', reason: 'One team', by: { id: null, name: 'test' } },
      ),
    )
    deepEqual(await statuses(browser, una), seen)
    match(
      why((await browser.get(`/users/${una.id}/edit`)).text),
      /down to theirs: Hand top Hand child \(added by hand\) Below hand /,
    )
  })

  it('takes the way that is left when the shortest is blocked, and comes to an end in circles', async () => {
    const top = await test.organisation('Ring top')
    const middle = await test.organisation('Ring middle', { parents: [top] })
    const bottom = await test.organisation('Ring bottom', { parents: [middle, top] })
    await addEdge(top, bottom)
    const vic = await test.user('Vic', { organisationId: bottom })
    const browser = await adminOf('ring', top)
    match(why((await browser.get(`/users/${vic.id}/edit`)).text), /down to theirs: Ring top Ring bottom /)
    await test.rows(
      `update organisation_parents set rule = 'blocked', rule_lasts = 'permanently', rule_reason = 'x', ruled_at = $3
       where child_id = $1 and parent_id = $2`,
      [bottom, top, test.clock.now()],
    )
    match(
      why((await browser.get(`/users/${vic.id}/edit`)).text),
      /down to theirs: Ring top Ring middle Ring bottom /,
    )
    // Of the middle, too: down to the bottom, and by the circle up to the top.
    const xan = await test.user('Xan', { organisationId: top })
    deepEqual(await statuses(await adminOf('ring middle', middle), xan), seen)
  })
})
