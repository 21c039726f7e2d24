import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NewPerson } from '#domain/user.ts'
import { day } from '#kernel/clock.ts'
import { operator, startSignon } from '#test/signon.ts'
import { inviteUser } from './invite-user.ts'
import { resendInvitation } from './resend-invitation.ts'

const test = await startSignon()
const { signon, clock, rows } = test

const person = (email: string): NewPerson => ({ name: 'Ben Wright', email, role: 'normal' })
const pathOf = (text = ''): string => /\/users\/invitation\/accept\S+/.exec(text)?.[0] ?? ''

describe('inviting a user', () => {
  it('creates them without a password, and mails them a link', async () => {
    const invited = await inviteUser(signon, operator, { ...person(' Ben@Example.gov.uk '), role: 'admin' })
    deepEqual([invited.email, invited.role, invited.status], ['ben@example.gov.uk', 'admin', 'invited'])
    const [row] = await rows('select password_hash, invited_at, invited_by from users where id = $1', [
      invited.id,
    ])
    deepEqual(row, { password_hash: null, invited_at: clock.now(), invited_by: null })
    const [event] = await rows('select number, note from events where about_uid = $1', [invited.uid])
    deepEqual(event, { number: 37, note: 'role Admin' })

    const [mail] = await test.mails()
    deepEqual(
      [mail?.to, mail?.subject],
      ['ben@example.gov.uk', '[Test] Set up your GOV.UK publishing account'],
    )
    match(
      mail?.text ?? '',
      /https:\/\/signon\.example\/users\/invitation\/accept\?invitation_token=[\w-]{43}\n(.|\n)*2 weeks/,
    )
    match(mail?.text ?? '', /users\/invitation\/remove\?invitation_token=[\w-]{43}/)
  })

  it('remembers which person did it', async () => {
    const ada = await test.user('Ada')
    const { id } = await inviteUser(signon, operator, person('by-ada@example.gov.uk'))
    await signon.single.invitations.send(id, ada.id)
    equal((await signon.single.users.seek(id))?.invitedBy, ada.id)
    // An operator who sends it again has no account to take her place with.
    await resendInvitation(signon, operator, { email: 'by-ada@example.gov.uk' })
    equal((await signon.single.users.seek(id))?.invitedBy, ada.id)
  })

  it('keeps the link out of the queue, the log and the database', async () => {
    await test.mails()
    const { id, uid } = await inviteUser(signon, operator, person('secret@example.gov.uk'))
    const [job] = await rows<{ payload: object }>(
      `select payload from graphile_worker._private_jobs where payload ->> 'user' = $1`,
      [String(id)],
    )
    deepEqual(job?.payload, { mail: 'invitation', user: id })
    const [mail] = await test.mails()
    const token = pathOf(mail?.text).slice(-43)
    const kept = await rows(
      `select * from events, account_tokens t where about_uid = $1 and t.user_id = $2`,
      [uid, id],
    )
    equal(JSON.stringify(kept).includes(token), false)
  })

  it('names everything that is wrong at once, and leaves no trace', async () => {
    const before = await test.events()
    await rejects(
      inviteUser(signon, operator, { name: ' ', email: 'ben@gmail.com', role: 'organisation_admin' }),
      {
        code: 'invalid',
        message: [
          'Enter a name',
          'Email not accepted. Please enter a workplace email to continue.',
          'Organisation can’t be ‘None’ for Organisation admin',
        ].join('\n'),
      },
    )
    await test.user('Taken')
    await rejects(inviteUser(signon, operator, person('TAKEN@example.gov.uk')), { code: 'conflict' })
    await rejects(
      inviteUser(signon, operator, { ...person('x@example.gov.uk'), organisationSlug: 'nowhere' }),
      { code: 'not-found' },
    )
    deepEqual(await test.events(), before)
  })

  it('puts nobody into an organisation that is closed', async () => {
    const closed = await test.organisation('Board of Trade', { isClosed: true })
    const { slug } = (await signon.single.organisations.seek(closed)) ?? {}
    const late = person('late@example.gov.uk')
    await rejects(inviteUser(signon, operator, { ...late, organisationSlug: slug }), {
      code: 'invalid',
      message: `The organisation ${slug} is closed`,
    })
    await rejects(inviteUser(signon, operator, { ...late, organisationId: closed }), {
      code: 'invalid',
      message: 'Choose an organisation from the list, or None',
    })
    equal(await signon.single.users.seekByEmail('late@example.gov.uk'), undefined)
  })

  it('is refused to people', async () => {
    await rejects(inviteUser(signon, { kind: 'person' }, person('p@example.gov.uk')), { code: 'forbidden' })
    await rejects(resendInvitation(signon, { kind: 'person' }, { email: 'ben@example.gov.uk' }), {
      code: 'forbidden',
    })
  })

  it('mails nothing to whoever was suspended before the mail was written', async () => {
    const { id } = await inviteUser(signon, operator, person('gone@example.gov.uk'))
    await signon.single.users.suspend(id, 'by mistake')
    deepEqual(await test.mails(), [])
  })
})

describe('sending an invitation again', () => {
  it('begins its two weeks anew, and ends the link before at once', async () => {
    const { uid, email } = await inviteUser(signon, operator, person('again@example.gov.uk'))
    const [first] = await test.mails()
    clock.step(10 * day)
    const again = await resendInvitation(signon, operator, { email: 'AGAIN@example.gov.uk' })
    deepEqual([again.status, again.invitedAt], ['invited', clock.now()])
    equal((await test.browser().get(pathOf(first?.text))).status, 302)

    const [second] = await test.mails()
    equal(second?.to, email)
    clock.step(13 * day)
    equal((await test.browser().get(pathOf(second?.text))).status, 200)
    deepEqual(await test.events(uid), [37, 37])
  })

  it('is refused for who has accepted, was never invited, is suspended or unknown', async () => {
    const accepted = await inviteUser(signon, operator, person('accepted@example.gov.uk'))
    await signon.single.invitations.accept(accepted.id)
    await rejects(resendInvitation(signon, operator, { email: accepted.email }), {
      code: 'conflict',
      message: 'Invitation for accepted@example.gov.uk has already been accepted',
    })
    const made = await test.user('Made')
    await rejects(resendInvitation(signon, operator, { email: made.email }), {
      code: 'conflict',
      message: /not invited/,
    })
    const suspended = await inviteUser(signon, operator, person('suspended@example.gov.uk'))
    await signon.single.users.suspend(suspended.id, 'by mistake')
    await rejects(resendInvitation(signon, operator, { email: suspended.email }), { code: 'conflict' })
    await rejects(resendInvitation(signon, operator, { email: 'nobody@example.gov.uk' }), {
      code: 'not-found',
    })
    deepEqual(await test.events(accepted.uid), [37])
  })
})
