import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { operator, startSignon } from '#test/signon.ts'
import { suspendUser } from './suspend-user.ts'
import { unsuspendUser } from './unsuspend-user.ts'

const test = await startSignon({ environment: 'production' })
const { signon } = test

const lastSignedIn = (email: string, at: string) =>
  test.rows('update sign_in_states set last_signed_in_at = $2 from users where id = user_id and email = $1', [
    email,
    at,
  ])

describe('mails about a suspension', () => {
  it('tell the person that it happened and whom to ask, and not the reason, which is for administrators', async () => {
    const { email } = await test.user('Ann')
    await suspendUser(signon, operator, { email, reason: 'Under investigation' })

    const [mail, ...others] = await test.mails()
    deepEqual(others, [])
    deepEqual([mail?.to, mail?.subject], [email, 'Your GOV.UK Signon account has been suspended'])
    match(mail?.text ?? '', /ask your GOV\.UK lead or one of your organisation admins to unsuspend it/)
    equal(mail?.text.includes('investigation'), false)
  })

  it('tell the person how to get in again, and the last day for it', async () => {
    const { email } = await test.user('Ben')
    await lastSignedIn(email, '2026-09-01T12:00:00Z')
    await suspendUser(signon, operator, { email, reason: 'Left' })
    await test.mails()
    await unsuspendUser(signon, operator, { email })

    const [mail, ...others] = await test.mails()
    deepEqual(others, [])
    deepEqual([mail?.to, mail?.subject], [email, 'Your GOV.UK Signon account is no longer suspended'])
    match(mail?.text ?? '', /“Forgot your passphrase\?” at https:\/\/signon\.example\/users\/sign_in\n/)
    match(
      mail?.text ?? '',
      /sign in by 9 November 2026\. If you do not, your account will be suspended again/,
    )
  })

  it('lead somebody who was only invited back to their invitation', async () => {
    const { email } = await test.user('Ian', { invitedBy: 'operator' })
    await suspendUser(signon, operator, { email, reason: 'Left' })
    await test.mails()
    await unsuspendUser(signon, operator, { email })
    const [mail] = await test.mails()
    match(mail?.text ?? '', /You have not accepted your invitation yet\. Follow the link in it/)
    doesNotMatch(mail?.text ?? '', /password|passphrase/)
  })

  it('name no day when none follows, and the later one after a sign-in of late', async () => {
    const [never, recently] = [await test.user('Never'), await test.user('Recently')]
    await lastSignedIn(recently.email, '2026-11-01T12:00:00Z')
    for (const { email } of [never, recently])
      await suspendUser(signon, operator, { email, reason: 'A mistake' })
    await test.mails()
    for (const { email } of [never, recently]) await unsuspendUser(signon, operator, { email })
    const [first, second] = await test.mails()
    equal(first?.text.includes('sign in by'), false)
    match(second?.text ?? '', /sign in by 16 December 2026\./)
  })

  it('are not sent when the opposite has happened since, nor to machines', async () => {
    const { email } = await test.user('Cat')
    await suspendUser(signon, operator, { email, reason: 'Left' })
    await unsuspendUser(signon, operator, { email })
    await suspendUser(signon, operator, { email, reason: 'Left after all' })
    deepEqual(
      (await test.mails()).map(({ subject }) => subject),
      ['Your GOV.UK Signon account has been suspended', 'Your GOV.UK Signon account has been suspended'],
    )
    const machine = await test.machine('Robot', await test.application('Whitehall'))
    await suspendUser(signon, operator, { email: machine.user.email, reason: 'Unused' })
    await unsuspendUser(signon, operator, { email: machine.user.email })
    deepEqual(await test.mails(), [])
  })
})
