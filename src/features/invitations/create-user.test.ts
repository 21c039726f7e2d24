import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Role } from '#domain/user.ts'
import type { TestBrowser } from '#test/browser.ts'
import { startSignon } from '#test/signon.ts'
import { paths, pathTo } from '#web/paths.ts'

const test = await startSignon()
const { signon, rows } = test
const superadmin = await test.user('Superadmin', { role: 'superadmin', twoStep: true })
const admin = await test.user('Admin', { role: 'admin', twoStep: true })
const chief = await test.signedIn(superadmin)
const lead = await test.signedIn(admin)

const office = await test.organisation('Cabinet Office')
const closed = await test.organisation('Closed Office', { isClosed: true })
await rows(`update organisations set abbreviation = 'CO' where id = $1`, [office])
const whitehall = await test.application('Whitehall', { permissions: ['editor', 'hidden'] })
await rows(`update permissions set is_grantable_from_ui = name <> 'hidden' where application_id = $1`, [
  whitehall.id,
])
const publisher = await test.application('Publisher', { isGdsOnly: true, permissions: [...'abcdefgh'] })
await rows(`update permissions set is_default = true where application_id = $1 and name = 'signin'`, [
  publisher.id,
])
const robots = await test.application('Robots', { isApiOnly: true })
const old = await test.application('Old')
await signon.single.applications.retire(old.id)

const idOf = async ({ id }: { readonly id: number }, name: string): Promise<string> => {
  const [row] = await rows<{ id: number }>(
    'select id from permissions where application_id = $1 and name = $2',
    [id, name],
  )
  return String(row?.id)
}
const permissions = {
  signin: await idOf(whitehall, 'signin'),
  editor: await idOf(whitehall, 'editor'),
  hidden: await idOf(whitehall, 'hidden'),
  publisherSignin: await idOf(publisher, 'signin'),
  robotsSignin: await idOf(robots, 'signin'),
  oldSignin: await idOf(old, 'signin'),
}

type Field = readonly [string, string]
const ticked = (...ids: readonly string[]): readonly Field[] =>
  ids.map((id) => ['user[supported_permission_ids][]', id] as const)
const invite = (by: TestBrowser, name: string, email: string, ...more: readonly Field[]) =>
  by.post(paths.sendInvitation, [['user[name]', name], ['user[email]', email], ...more], paths.inviteUser)
const seek = (email: string) => signon.single.users.seekByEmail(email)
const ticks = (text: string): readonly string[] =>
  [...text.matchAll(/<input[^>]*user\[supported_permission_ids\][^>]*>/g)]
    .map(([tag]) => tag)
    .filter((tag) => / checked/.test(tag))
    .map((tag) => /value="(\d+)"/.exec(tag)?.[1] ?? '')

describe('the page that creates a user', () => {
  it('offers what can be given: open organisations, defaults ticked, and nothing that nobody gives', async () => {
    const { status, text } = await chief.get(paths.inviteUser)
    equal(status, 200)
    match(text, /<h1[^>]*>Create new user<\/h1>/)
    match(
      text,
      /<option value=""[^>]*selected[^>]*>None<\/option>\s*<option value="\d+"[^>]*>Cabinet Office - CO<\/option>/,
    )
    doesNotMatch(text, /Closed Office/)
    match(text, /Has access to Whitehall\?(.|\n)*editor/)
    doesNotMatch(text, /hidden<|Robots|Has access to Old/)
    deepEqual(ticks(text), [permissions.publisherSignin])
    match(text, /Mandate 2-step verification for this user/)
    match(text, /name="user\[require_2sv\]"[^>]*checked/)
    match(text, /signon-scrolling/)
  })

  it('lets superadmins only choose a role', async () => {
    match((await chief.get(paths.inviteUser)).text, /value="superadmin"/)
    doesNotMatch((await lead.get(paths.inviteUser)).text, /user\[role\]/)
    for (const role of ['superadmin', 'organisation_admin', 'normal']) {
      const refused = await invite(lead, 'Crafty', 'crafty@example.gov.uk', ['user[role]', role])
      equal(refused.status, 403, role)
    }
    equal((await invite(chief, 'King', 'king@example.gov.uk', ['user[role]', 'king'])).status, 400)
    const twice: readonly Field[] = [
      ['user[role]', 'normal'],
      ['user[role]', 'admin'],
    ]
    equal((await invite(lead, 'Twice', 'twice@example.gov.uk', ...twice)).status, 400)
    deepEqual(
      [await seek('crafty@example.gov.uk'), await seek('king@example.gov.uk')],
      [undefined, undefined],
    )
    equal(await seek('twice@example.gov.uk'), undefined)
  })

  it('is for superadmins and admins, with a form of ours', async () => {
    for (const role of ['super_organisation_admin', 'organisation_admin', 'normal'] as readonly Role[]) {
      const person = await test.user(`Of role ${role}`, { role, twoStep: true, organisationId: office })
      const theirs = await test.signedIn(person)
      equal((await theirs.get(paths.inviteUser)).status, 403, role)
      const fields = { 'user[name]': 'X', 'user[email]': 'x@example.gov.uk' }
      equal((await theirs.post(paths.sendInvitation, fields, '/')).status, 403, role)
    }
    const body = new URLSearchParams({ 'user[name]': 'X', 'user[email]': 'x@example.gov.uk' })
    equal((await chief.send(paths.sendInvitation, { method: 'POST', body })).status, 422)
    equal((await test.browser().get(paths.inviteUser)).location, '/users/sign_in')
    equal(await seek('x@example.gov.uk'), undefined)
  })
})

describe('creating a user', () => {
  it('invites them, gives them what was ticked, and records all of it as one', async () => {
    const { signin, editor, publisherSignin } = permissions
    const done = await invite(
      chief,
      'Ada',
      ' ADA@example.gov.uk ',
      ['user[organisation_id]', String(office)],
      ['user[role]', 'organisation_admin'],
      ['user[require_2sv]', '1'],
      ...ticked(signin, editor, publisherSignin),
    )
    const ada = await seek('ada@example.gov.uk')
    deepEqual([done.status, done.location], [303, pathTo(paths.user, { id: ada?.id ?? 0 })])
    match(
      (await chief.get('/account')).text,
      /Ada has been invited\. An invitation email has been sent to ada@example\.gov\.uk\./,
    )
    deepEqual([ada?.role, ada?.organisationId, ada?.invitedBy], ['organisation_admin', office, superadmin.id])
    deepEqual(await signon.single.grants.heldByApplication(ada?.id ?? superadmin.id), {
      Publisher: ['signin'],
      Whitehall: ['signin', 'editor'],
    })
    equal((await signon.single.twoStep.find(ada?.id ?? superadmin.id)).isRequired, true)
    const events = await rows(
      'select number, note, application_id, actor_id from events where about_uid = $1 order by id',
      [ada?.uid],
    )
    const by = { actor_id: superadmin.id }
    deepEqual(events, [
      { number: 37, note: 'role Organisation admin', application_id: null, ...by },
      { number: 42, note: null, application_id: null, ...by },
      { number: 35, note: '(signin)', application_id: publisher.id, ...by },
      { number: 35, note: '(editor, signin)', application_id: whitehall.id, ...by },
    ])
    const jobs = await test.jobs()
    deepEqual(jobs, ['send-mail', 'send-mail', 'announce-user', 'announce-user'])
    deepEqual(
      (await test.mails()).map(({ to, subject }) => [to, subject]),
      [
        ['ada@example.gov.uk', '[Test] Set up your GOV.UK publishing account'],
        ['ada@example.gov.uk', '[Test] Make your Signon account more secure'],
      ],
    )
  })

  it('gives nothing that was not ticked, and requires nothing', async () => {
    equal((await invite(lead, 'Ben', 'ben@example.gov.uk')).status, 303)
    const ben = await seek('ben@example.gov.uk')
    deepEqual([ben?.role, ben?.organisationId], ['normal', null])
    deepEqual(await signon.single.grants.heldByApplication(ben?.id ?? admin.id), {})
    equal((await signon.single.twoStep.find(ben?.id ?? admin.id)).isRequired, false)
    deepEqual(await test.events(ben?.uid), [37])
    await test.mails()
  })

  it('observation 4 of roles and permissions: 2-step verification is mandated in the form, and there is no page after it', async () => {
    await invite(lead, 'Cat', 'cat@example.gov.uk', ['user[require_2sv]', '1'])
    const cat = await seek('cat@example.gov.uk')
    equal((await signon.single.twoStep.find(cat?.id ?? admin.id)).isRequired, true)
    equal((await lead.get(`/users/${cat?.id}/require_2sv`)).status, 404)
    await test.mails()
  })

  it('observation 7 of roles and permissions: nobody gets permissions of an application without access to it', async () => {
    const page = await invite(lead, 'Dan', 'dan@example.gov.uk', ...ticked(permissions.editor))
    equal(page.status, 422)
    match(page.text, /<title>\s*Error: Create new user/)
    match(
      page.text,
      new RegExp(
        `href="#permissions-${whitehall.id}">To give permissions for Whitehall, tick “Has access to Whitehall\\?” too`,
      ),
    )
    match(page.text, new RegExp(`id="permissions-${whitehall.id}"`))
    deepEqual(ticks(page.text), [permissions.editor])
    equal(await seek('dan@example.gov.uk'), undefined)
  })

  it('observation 16 of roles and permissions: who sees the picker may give all that is in it, and it says what is for GDS', async () => {
    const { text } = await lead.get(paths.inviteUser)
    const [, whitehallPart = ''] = text.split('Publisher, 1 of 9 selected')
    match(
      whitehallPart,
      /For people of the Government Digital Service only\.(.|\n)*Has access to Publisher\?/,
    )
    equal(text.split('For people of the Government Digital Service only.').length, 2)
    const offered = [
      ...text.matchAll(
        /user\[supported_permission_ids\]\[\]"[^>]*value="(\d+)"|value="(\d+)"[^>]*user\[supported_permission_ids\]/g,
      ),
    ].map(([, one, other]) => one ?? other ?? '')
    equal(offered.length, 11)
    equal((await invite(lead, 'Everything', 'everything@example.gov.uk', ...ticked(...offered))).status, 303)
    await test.mails()
  })

  it('refuses permissions that are not offered, whoever says so', async () => {
    const { hidden, robotsSignin, oldSignin, signin } = permissions
    for (const id of [hidden, robotsSignin, oldSignin, '999999', '0', '-1', '1e1', 'x', '99999999999'])
      for (const by of [chief, lead]) {
        const page = await invite(by, 'Eve', 'eve@example.gov.uk', ...ticked(signin, id))
        equal(page.status, 422, id)
        match(page.text, /href="#permissions">One of the permissions that you chose is not offered/)
      }
    equal(await seek('eve@example.gov.uk'), undefined)
  })

  it('says everything that is wrong, and keeps everything that was typed (admin-ui 12, case 7)', async () => {
    const page = await invite(
      chief,
      '"><script>alert(1)</script>'.repeat(12),
      'eve@gmail.com',
      ['user[organisation_id]', ''],
      ['user[role]', 'super_organisation_admin'],
      ...ticked(permissions.editor),
    )
    equal(page.status, 422)
    match(page.text, /There was a problem with your new user/)
    const listed = [...page.text.matchAll(/<li>\s*<a href="#([\w-]+)">/g)].map(([, id]) => id)
    deepEqual(listed, ['name', 'email', 'organisation', `permissions-${whitehall.id}`])
    doesNotMatch(page.text, /<script>alert/)
    match(page.text, /value="eve@gmail\.com"/)
    match(page.text, /value="super_organisation_admin"[^>]*checked/)
    doesNotMatch(page.text, /name="user\[require_2sv\]"[^>]*checked/)
    deepEqual(ticks(page.text), [permissions.editor])

    const other = await invite(chief, ' ', 'fay@example.gov.uk', ['user[organisation_id]', String(office)])
    match(other.text, new RegExp(`value="${office}"[^>]*selected`))
    deepEqual(ticks(other.text), [])
  })

  it('takes open organisations only', async () => {
    for (const id of [String(closed), '999999', '0', 'x', '-1', '99999999999']) {
      const page = await invite(chief, 'Gus', 'gus@example.gov.uk', ['user[organisation_id]', id])
      equal(page.status, 422, id)
      match(page.text, /href="#organisation">Choose an organisation from the list, or None/)
    }
    equal(await seek('gus@example.gov.uk'), undefined)
  })

  it('says that an address is taken, whoever has it, and leaves no trace (admin-ui 12, case 6)', async () => {
    await test.user('Taken', { role: 'superadmin' })
    const { user: robot } = await test.machine('Robot', robots)
    const before = await test.events()
    for (const email of ['TAKEN@example.gov.uk', robot.email]) {
      const page = await invite(lead, 'Hal', email, ...ticked(permissions.signin))
      equal(page.status, 422)
      match(
        page.text,
        /href="#email">There is already an account for (.|\n)*you can resend it from their page/,
      )
      doesNotMatch(page.text, /href="\/users\/\d/)
      deepEqual(ticks(page.text), [permissions.signin])
    }
    deepEqual(await test.events(), before)
    deepEqual(await test.mails(), [])
  })

  it('creates one account, however often the form is sent at the same moment', async () => {
    const sends = [1, 2, 3, 4].map(() =>
      invite(lead, 'Ivy', 'ivy@example.gov.uk', ...ticked(permissions.signin)),
    )
    const statuses = (await Promise.all(sends)).map(({ status }) => status)
    deepEqual(statuses.sort(), [303, 422, 422, 422])
    deepEqual(await test.events((await seek('ivy@example.gov.uk'))?.uid), [37, 35])
    equal((await test.mails()).length, 1)
  })

  it('ignores what the form does not have', async () => {
    const more: readonly Field[] = [
      ['user[api_user]', '1'],
      ['user[kind]', 'machine'],
      ['user[password]', 'x'],
      ['user[uid]', 'y'],
    ]
    await invite(lead, 'Joe', 'joe@example.gov.uk', ...more)
    const joe = await seek('joe@example.gov.uk')
    deepEqual([joe?.kind, joe?.invitationAcceptedAt], ['person', null])
    await test.mails()
  })
})
