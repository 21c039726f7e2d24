import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { hour } from '#kernel/clock.ts'
import { operator, startSignon } from '#test/signon.ts'

const test = await startSignon({ environment: 'integration' })

const lock = (user: User): Promise<void> =>
  test.signon.transaction(async (work) => {
    await work.users.lock(user.id)
    await work.record({ name: 'account-locked', about: user }, operator)
  })

describe('the mail about a lock', () => {
  it('says which account, when it ends in UK time, and who can end it sooner', async () => {
    const user = await test.user('Ann')
    await lock(user)

    const [mail, ...others] = await test.mails()
    deepEqual(others, [])
    equal(mail?.to, 'ann@example.gov.uk')
    equal(mail?.subject, '[Integration] Your GOV.UK Signon account has been locked')
    match(mail?.text ?? '', /GOV\.UK Signon Integration account \(ann@example\.gov\.uk\) is locked/)
    match(mail?.text ?? '', /unlocks at 10:30am UK time on 2 November 2026\./)
    equal(mail?.text.split('UK time').length, 2, 'observation 7: once')
    match(mail?.text ?? '', /GOV\.UK lead or one of your organisation admins can unlock it sooner/)
    match(mail?.text ?? '', /https:\/\/signon\.example\/users\/sign_in\n/)
    match(mail?.text ?? '', /That unlocks your account at once, unless it was wrong codes/)
  })

  it('does not send somebody to choose another password who has accepted no invitation yet', async () => {
    const user = await test.user('Ned', { invitedBy: 'operator' })
    await lock(user)
    const [mail] = await test.mails()
    match(mail?.text ?? '', /You have not accepted your invitation yet/)
    doesNotMatch(mail?.text ?? '', /Forgot your passphrase/)
  })

  it('is not sent when the lock is over, was lifted, or the account is gone', async () => {
    const [late, lifted, gone] = [await test.user('Late'), await test.user('Lifted'), await test.user('Gone')]
    for (const user of [late, lifted, gone]) await lock(user)
    await test.signon.single.users.unlock(lifted.id)
    await test.rows('delete from users where id = $1', [gone.id])
    test.clock.step(hour)
    deepEqual(await test.mails(), [])
  })
})
