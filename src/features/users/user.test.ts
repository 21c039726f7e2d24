import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gdsContentId } from '#domain/organisation.ts'
import type { User } from '#domain/user.ts'
import type { TestBrowser } from '#test/browser.ts'
import { operator, startSignon } from '#test/signon.ts'
import { changeEmail } from './change-email.ts'
import { suspendUser } from './suspend-user.ts'
import { unsuspendUser } from './unsuspend-user.ts'

const test = await startSignon()
const { signon, clock } = test
const gds = await test.organisation('Government Digital Service', { contentId: gdsContentId })

const superadmin = await test.user('Sue', { role: 'superadmin', twoStep: true })
const sue = await test.signedIn(superadmin)

const pageOf = async ({ id }: Pick<User, 'id'>, browser: TestBrowser = sue): Promise<string> => {
  const { text } = await browser.get(`/users/${id}/edit`)
  return text.replaceAll(/\s+/g, ' ')
}

/** What the summary list says of this key, its markup left out. */
const rowOf = (page: string, key: string): string =>
  (new RegExp(`<dt[^>]*> ?${key} ?</dt> ?<dd[^>]*>(.*?)</dd>`).exec(page)?.[1] ?? 'no such row')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()

/** The links below “Account security”. */
const securityOf = (page: string): readonly string[] => {
  const [, below = ''] = page.split('Account security')
  const [list = ''] = below.split('</ul>')
  return [...list.matchAll(/<a [^>]*>(.*?)<\/a>/g)].map(([, text = '']) => text)
}

const changesOf = (page: string): readonly string[] =>
  [...page.matchAll(/Change<span class="govuk-visually-hidden"> (.*?)<\/span>/g)].map(([, text = '']) => text)

describe('the page about a person', () => {
  it('says who they are, how they stand, and what can be done', async () => {
    const ada = await test.user('Ada Lovelace', { organisationId: gds })
    await test.rows('update sign_in_states set last_signed_in_at = $2 where user_id = $1', [
      ada.id,
      '2026-11-01T08:00:00Z',
    ])
    const page = await pageOf(ada)
    match(page, /<h1[^>]*>Ada Lovelace<\/h1>/)
    match(page, /Manage other users/)
    deepEqual(
      [
        'Name',
        'Email',
        'Organisation',
        'Role',
        'Status',
        '2-step verification',
        'Last signed in',
        'Invited',
      ].map((key) => rowOf(page, key)),
      [
        'Ada Lovelace',
        'ada.lovelace@example.gov.uk',
        'Government Digital Service',
        'Normal',
        'Active',
        'Not set up',
        '8:00am, 1 Nov 2026',
        'no such row',
      ],
    )
    deepEqual(changesOf(page), ['name', 'email', 'organisation', 'role'])
    deepEqual(securityOf(page), [
      'Turn on 2-step verification for this user',
      'Suspend user',
      'View sessions',
      'View account access log',
    ])
    match(page, new RegExp(`href="/users/${ada.id}/applications"[^>]*> Manage permissions`))
    for (const path of [
      'name/edit',
      'email/edit',
      'role/edit',
      'organisation/edit',
      'sessions',
      'event_logs',
    ])
      match(page, new RegExp(`href="/users/${ada.id}/${path}"`))
    match(page, new RegExp(`href="/suspensions/${ada.id}/edit"`))
  })

  it('offers each role only what it may do', async () => {
    const own = await test.organisation('Home')
    const ben = await test.user('Ben', { organisationId: own })
    const looks = async (role: 'admin' | 'organisation_admin' | 'super_organisation_admin') => {
      const looker = await test.user(`Looks ${role}`, { role, twoStep: true, organisationId: own })
      return pageOf(ben, await test.signedIn(looker))
    }
    const seenByAdmin = await looks('admin')
    deepEqual(changesOf(seenByAdmin), ['name', 'email', 'organisation'])
    equal(securityOf(seenByAdmin).join().includes('xempt'), false)
    const page = await looks('super_organisation_admin')
    deepEqual(changesOf(page), ['name', 'email'])
    equal(securityOf(page).join().includes('xempt'), false)
    deepEqual(changesOf(await looks('organisation_admin')), ['name', 'email'])
    const inGds = await test.user('GDS one', { role: 'admin', twoStep: true, organisationId: gds })
    equal(
      securityOf(await pageOf(ben, await test.signedIn(inGds))).includes(
        'Exempt user from 2-step verification',
      ),
      true,
    )
  })

  it('says since when and why somebody is suspended, and offers to lift that (admin-ui 13, observation 10)', async () => {
    const cat = await test.user('Cat')
    await suspendUser(signon, operator, { email: cat.email, reason: 'Left <b>the</b> department' })
    const page = await pageOf(cat)
    equal(rowOf(page, 'Status'), 'Suspended Since 9:30am, 2 Nov 2026: Left &lt;b&gt;the&lt;/b&gt; department')
    equal(securityOf(page).includes('Unsuspend user'), true)
    equal(securityOf(page).includes('Suspend user'), false)
    equal(rowOf(page, 'Must sign in by'), 'no such row')
  })

  it('says until when somebody must sign in whose suspension was lifted, until they have', async () => {
    const dan = await test.user('Dan')
    await test.rows('update sign_in_states set last_signed_in_at = $2 where user_id = $1', [
      dan.id,
      '2026-09-01T12:00:00Z',
    ])
    equal(rowOf(await pageOf(dan), 'Must sign in by'), 'no such row')
    await suspendUser(signon, operator, { email: dan.email, reason: 'Unused' })
    await unsuspendUser(signon, operator, { email: dan.email })
    match(rowOf(await pageOf(dan), 'Must sign in by'), /^9 November 2026 /)
    await test.rows('update sign_in_states set last_signed_in_at = $2 where user_id = $1', [
      dan.id,
      '2026-11-03T12:00:00Z',
    ])
    equal(rowOf(await pageOf(dan), 'Must sign in by'), 'no such row')
  })

  it('offers to unlock who is locked now, and nobody else', async () => {
    const eve = await test.user('Eve')
    await signon.single.users.lock(eve.id)
    const page = await pageOf(eve)
    match(rowOf(page, 'Status'), /^Locked Until 10:30am, 2 November 2026/)
    equal(securityOf(page).includes('Unlock account'), true)
    await test.rows('update sign_in_states set locked_at = $2 where user_id = $1', [
      eve.id,
      '2026-11-02T08:29:00Z',
    ])
    equal(securityOf(await pageOf(eve)).includes('Unlock account'), false)
    equal(rowOf(await pageOf(eve), 'Status'), 'Active')
  })

  it('says by whom somebody was invited, and offers to do it again', async () => {
    const fay = await test.user('Fay', { invitedBy: superadmin.id })
    const page = await pageOf(fay)
    equal(rowOf(page, 'Invited'), '9:30am, 2 Nov 2026 by Sue Not accepted yet')
    equal(rowOf(page, 'Status'), 'Invited')
    equal(securityOf(page).includes('Resend invitation email'), true)
    await signon.single.invitations.accept(fay.id)
    equal(rowOf(await pageOf(fay), 'Invited'), '9:30am, 2 Nov 2026 by Sue Accepted 9:30am, 2 Nov 2026')
    equal(securityOf(await pageOf(fay)).includes('Resend invitation email'), false)
  })

  it('says why 2-step verification is required, whether it is set up, and until when it is not (admin-ui 13, observation 10)', async () => {
    const strict = await test.organisation('Strict', { requiresTwoStep: true })
    const [gil, hal, ivy] = [
      await test.user('Gil', { role: 'admin', organisationId: strict }),
      await test.user('Hal', { twoStep: true }),
      await test.user('Ivy', { organisationId: strict }),
    ]
    const row = async (user: User) => rowOf(await pageOf(user), '2-step verification')
    equal(await row(gil), 'Required but not set up Required by their role, and by their organisation')
    equal(await row(hal), 'Enabled')
    equal(securityOf(await pageOf(hal)).includes('Reset 2-step verification'), true)
    await signon.single.twoStep.require(hal.id)
    equal(await row(hal), 'Enabled Required by an administrator, of them in particular')
    equal(await row(ivy), 'Required but not set up Required by their organisation')
    equal(
      securityOf(await pageOf(ivy))
        .join()
        .includes('Turn on'),
      false,
    )

    await signon.single.twoStep.exempt(ivy.id, { reason: 'no phone', until: '2027-06-01' }, null)
    equal(await row(ivy), 'Exempted until 1 June 2027 Reason: no phone')
    const admin = await test.signedIn(
      await test.user('GDS admin', { role: 'admin', twoStep: true, organisationId: gds }),
    )
    const links = securityOf(await pageOf(ivy, admin))
    equal(
      links.includes('Turn on 2-step verification for this user (this will remove their exemption)'),
      true,
    )
    equal(links.includes('Edit 2-step verification exemption'), true)
  })

  it('shows a change of address that waits, who asked for it, and when its link has expired', async () => {
    const joe = await test.user('Joe')
    await changeEmail(
      signon,
      { kind: 'person', userId: superadmin.id },
      { email: joe.email, newEmail: 'joe.new@example.gov.uk' },
    )
    await test.mails()
    const page = await pageOf(joe)
    match(page, /The email address is to become joe\.new@example\.gov\.uk/)
    match(page, /Asked for 9:30am, 2 Nov 2026 by Sue/)
    match(page, /Resend confirmation email/)
    match(page, /Cancel change/)
    await test.rows('update account_tokens set expires_at = $2 where user_id = $1', [joe.id, clock.now()])
    match(await pageOf(joe), /The link in the email has expired: send it again/)
  })

  it('shows every name as text', async () => {
    const markup = '<script>alert(1)</script>'
    const nasty = await test.organisation(`${markup}"'`)
    const kim = await test.user(`${markup}"`, { email: 'kim<b>@example.gov.uk', organisationId: nasty })
    await test.rows(
      'update users set invited_at = $2, invited_by = $1, invitation_accepted_at = $2 where id = $1',
      [kim.id, clock.now()],
    )
    for (const path of ['edit', 'name/edit', 'email/edit', 'role/edit', 'organisation/edit', 'sessions']) {
      const { text } = await sue.get(`/users/${kim.id}/${path}`)
      doesNotMatch(text, /<script>alert|<b>/, path)
      match(text, /&lt;script&gt;/, path)
    }
  })

  it('is where the former address leads (admin-ui 12, case 5)', async () => {
    const leo = await test.user('Leo')
    deepEqual(
      [(await sue.get(`/users/${leo.id}`)).location, (await sue.get('/users/password')).status],
      [`/users/${leo.id}/edit`, 404],
    )
    equal((await test.browser().get('/users/password')).status, 404)
  })
})

describe('why somebody can manage a person', () => {
  const reasons = (page: string): string => {
    const [, why = ''] = page.split('Why can I manage this person?')
    return (why.split('</details>')[0] ?? '')
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim()
  }

  it('is the shortest way through the graph for super organisation admins, whatever circles there are', async () => {
    const top = await test.organisation('Top')
    const long = await test.organisation('Long way', { parents: [top] })
    const longer = await test.organisation('Longer way', { parents: [long] })
    const short = await test.organisation('Short <i>way</i>', { parents: [top] })
    const bottom = await test.organisation('Bottom', { parents: [longer, short] })
    await test.rows(
      'insert into organisation_parents (child_id, parent_id, created_at) values ($1, $2, $3)',
      [top, bottom, clock.now()],
    )
    const meg = await test.user('Meg', { organisationId: bottom })
    const soa = await test.signedIn(
      await test.user('Soa', { role: 'super_organisation_admin', twoStep: true, organisationId: top }),
    )
    match(
      reasons(await pageOf(meg, soa)),
      /of Top\. .* Meg’s role is Normal, and their organisation is below yours\. From your organisation down to theirs: Top Short &lt;i&gt;way&lt;\/i&gt; Bottom$/,
    )
    const ned = await test.user('Ned', { organisationId: top })
    match(reasons(await pageOf(ned, soa)), /their organisation is yours\.$/)
    // By the circle, those at the bottom reach the top as well.
    const low = await test.signedIn(
      await test.user('Low', { role: 'super_organisation_admin', twoStep: true, organisationId: bottom }),
    )
    match(reasons(await pageOf(ned, low)), /down to theirs: Bottom Top$/)
  })

  it('is the role for everybody else', async () => {
    const own = await test.organisation('Only ours')
    const pat = await test.user('Pat', { organisationId: own })
    const looks = async (role: 'admin' | 'organisation_admin') =>
      reasons(
        await pageOf(
          pat,
          await test.signedIn(await test.user(`Why ${role}`, { role, twoStep: true, organisationId: own })),
        ),
      )
    equal(reasons(await pageOf(pat)), 'You are a superadmin. Superadmins manage everybody.')
    match(await looks('admin'), /^You are an admin\. Admins manage everybody but superadmins/)
    match(
      await looks('organisation_admin'),
      /^You are an organisation admin of Only ours\..*Pat’s role is Normal, and their organisation is yours\.$/,
    )
  })

  it('ends with the edge that it was about', async () => {
    const parent = await test.organisation('Parent')
    const child = await test.organisation('Child', { parents: [parent] })
    const quin = await test.user('Quin', { organisationId: child })
    const soa = await test.signedIn(
      await test.user('Soon gone', {
        role: 'super_organisation_admin',
        twoStep: true,
        organisationId: parent,
      }),
    )
    equal((await soa.get(`/users/${quin.id}/edit`)).status, 200)
    await test.rows('delete from organisation_parents where child_id = $1', [child])
    equal((await soa.get(`/users/${quin.id}/edit`)).status, 404)
  })
})
