import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { day } from '#kernel/clock.ts'
import { operator, startSignon } from '#test/signon.ts'
import { paths, pathTo } from '#web/paths.ts'
import { inviteUser } from './invite-user.ts'

const test = await startSignon()
const { signon, clock } = test
const office = await test.organisation('Office')
const admin = await test.user('Admin', { role: 'organisation_admin', twoStep: true, organisationId: office })

const invite = async (name: string) => {
  const email = `${name.toLowerCase()}@example.gov.uk`
  const invited = await inviteUser(signon, operator, { name, email, organisationId: office })
  await test.mails()
  return invited
}
const at = (path: string, { id }: { readonly id: number }) => pathTo(path, { id })
const linkIn = (text = ''): string => /\/users\/invitation\/accept\S+/.exec(text)?.[0] ?? ''

describe('the page that sends an invitation again', () => {
  it('sends a new link, which is good for 2 weeks from then, and remembers who did it', async () => {
    const ada = await invite('Ada')
    clock.step(13 * day)
    const browser = await test.signedIn(admin)
    const page = await browser.get(at(paths.userInvitationResend, ada))
    match(page.text, /<h1[^>]*>Resend invitation email for Ada<\/h1>/)
    match(page.text, /ada@example\.gov\.uk/)
    match(page.text, /<button[^>]*>\s*Resend invitation email\s*<\/button>/)

    const done = await browser.post(at(paths.userInvitationResend, ada), {})
    deepEqual([done.status, done.location], [303, at(paths.user, ada)])
    match((await browser.get('/account')).text, /Resent account invitation email to ada@example\.gov\.uk/)
    const [mail, ...others] = await test.mails()
    deepEqual([mail?.to, others], [ada.email, []])
    clock.step(13 * day)
    equal((await test.browser().get(linkIn(mail?.text))).status, 200)
    const events = await test.rows(
      'select number, note, actor_id from events where about_uid = $1 order by id',
      [ada.uid],
    )
    deepEqual(events[1], { number: 37, note: 'again', actor_id: admin.id })
    equal((await signon.single.users.seek(ada.id))?.invitedBy, admin.id)
  })

  it('goes back to the user and says why, when it cannot be sent again (admin-ui 12, case 13)', async () => {
    const browser = await test.signedIn(admin)
    const [accepted, suspended] = [await invite('Accepted'), await invite('Suspended')]
    const never = await test.user('Never', { organisationId: office })
    await signon.single.invitations.accept(accepted.id)
    await signon.single.users.suspend(suspended.id, 'by mistake')
    for (const [whom, words] of [
      [accepted, /Invitation for accepted@example\.gov\.uk has already been accepted/],
      [suspended, /suspended@example\.gov\.uk is suspended\. Unsuspend them first\./],
      [never, /never@example\.gov\.uk was not invited\./],
    ] as const) {
      const path = at(paths.userInvitationResend, whom)
      for (const ask of [() => browser.get(path), () => browser.post(path, {}, '/account')]) {
        const { status, location } = await ask()
        deepEqual([status, location], [303, at(paths.user, whom)])
        match((await browser.get('/account')).text, words)
      }
    }
    deepEqual(await test.mails(), [])
    deepEqual(await test.events(never.uid), [])
  })
})
