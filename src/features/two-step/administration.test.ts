import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mustUseTwoStep } from '#domain/two-step.ts'
import { roles } from '#domain/user.ts'
import { after, day, hour, minute } from '#kernel/clock.ts'
import { operator, startSignon } from '#test/signon.ts'
import { endExemptions } from './end-exemptions.job.ts'
import { exemptFromTwoStep } from './exempt-from-two-step.ts'
import { requireTwoStep } from './require-two-step.ts'
import { resetTwoStep } from './reset-two-step.ts'

const test = await startSignon()
const { signon, clock } = test
const codePath = '/users/two_step_verification_session/new'
const promptPath = '/account/two_step_verification/prompt'

const journal = { error: (facts: object) => ok(false, JSON.stringify(facts)) }
const runJob = () => endExemptions(signon, journal)()
const subjects = async () => (await test.mails()).map(({ to, subject }) => [to, subject])

describe('who must use 2-step verification', () => {
  it('is the same for the rule and for the statements that ask it of everybody', async () => {
    const at = clock.now()
    await test.rows(
      `insert into organisations (content_id, slug, name, require_two_step, created_at, updated_at)
       select lpad(n::text, 32, '0')::uuid, 'o' || n, 'O' || n, n = 1, $1, $1 from generate_series(0, 1) n`,
      [at],
    )
    const organisations = await test.rows<{ id: number; require_two_step: boolean }>(
      'select id, require_two_step from organisations order by id',
    )
    const [user] = [await test.user('Everybody')]
    const token = await signon.single.sessions.open(user.id, 'full', {})
    for (const role of roles)
      for (const isRequired of [false, true])
        for (const isExempt of [false, true])
          for (const organisation of organisations) {
            // The database keeps no exemption beside these.
            if (isExempt && (role !== 'normal' || isRequired)) continue
            await test.rows(
              `update users set role = $2, requires_two_step = $3, organisation_id = $4,
                 exempt_reason = case when $5 then 'x' end, exempt_until = case when $5 then date '2030-01-01' end
               where id = $1`,
              [user.id, role, isRequired, organisation.id, isExempt],
            )
            const facts = {
              role,
              isRequired,
              isExempt,
              isRequiredByOrganisation: organisation.require_two_step,
            }
            const used = await signon.single.sessions.use(token)
            ok(used.state === 'live')
            equal(used.session.mustSetUpTwoStep, mustUseTwoStep(facts), JSON.stringify(facts))
            equal(mustUseTwoStep(await signon.single.twoStep.find(user.id)), mustUseTwoStep(facts))
          }
  })
})

describe('resetting 2-step verification', () => {
  it('takes every device away, ends all that is open, and makes the person set it up again', async () => {
    const user = await test.user('Reset', { twoStep: true })
    const browser = test.browser()
    await browser.signIn(user.email)
    await browser.enterCode(test.code())
    const half = test.browser()
    await half.signIn(user.email)
    await signon.transaction((work) => work.recoveryCodes.renew(user.id))

    await resetTwoStep(signon, operator, { email: ' RESET@example.gov.uk ' })
    equal((await browser.get('/')).location, '/users/sign_in')
    equal((await half.get('/')).location, '/users/sign_in')
    for (const table of ['totp_factors', 'recovery_codes', 'remembered_browsers', 'sessions'])
      deepEqual(await test.rows(`select from ${table} where user_id = $1`, [user.id]), [], table)
    equal((await browser.signIn(user.email)).location, '/')
    equal((await browser.get('/')).location, promptPath)
    ok((await test.events(user.uid)).includes(19))
    deepEqual(await subjects(), [[user.email, '[Test] 2-step verification has been reset']])
  })

  it('is refused where there is nothing to reset, and to people in pages', async () => {
    const user = await test.user('Nothing')
    await rejects(resetTwoStep(signon, operator, { email: user.email }), { code: 'conflict' })
    await rejects(resetTwoStep(signon, { kind: 'person', userId: user.id }, { email: user.email }), {
      code: 'forbidden',
    })
    await rejects(resetTwoStep(signon, operator, { email: 'nobody@example.gov.uk' }), { code: 'not-found' })
  })
})

describe('requiring 2-step verification', () => {
  it('is told to the person, once', async () => {
    const user = await test.user('Required')
    await requireTwoStep(signon, operator, { email: user.email })
    deepEqual(await test.events(user.uid), [42])
    deepEqual(await subjects(), [[user.email, '[Test] Make your Signon account more secure']])
    await rejects(requireTwoStep(signon, operator, { email: user.email }), { code: 'conflict' })
  })

  it('ends an exemption', async () => {
    const user = await test.user('Was exempt')
    await exemptFromTwoStep(signon, operator, { email: user.email, reason: 'no phone', until: '2027-01-01' })
    await requireTwoStep(signon, operator, { email: user.email })
    equal((await signon.single.twoStep.find(user.id)).isExempt, false)
    deepEqual(await test.events(user.uid), [39, 41, 42])
    await test.mails()
  })

  it('is refused for a machine', async () => {
    const { user } = await test.machine('Robot', await test.application('Robotics'))
    await rejects(requireTwoStep(signon, operator, { email: user.email }), { code: 'conflict' })
    const exemption = { email: user.email, reason: 'x', until: '2027-01-01' }
    await rejects(exemptFromTwoStep(signon, operator, exemption), { code: 'conflict' })
  })
})

describe('exempting from 2-step verification', () => {
  const exempt = (email: string, until: string, reason = 'no phone') =>
    exemptFromTwoStep(signon, operator, { email, reason, until })

  it('wants a reason and a day to come', async () => {
    const { email } = await test.user('Faults')
    for (const [until, reason, message] of [
      ['2027-01-01', ' ', /Reason must be provided/],
      ['', 'x', /Expiry date must be provided/],
      ['2027-02-30', 'x', /Expiry date must be a real date/],
      ['1/1/2027', 'x', /Expiry date must be a real date/],
      ['2026-11-02', 'x', /Expiry date must be in the future/],
      ['', '', /Reason must be provided\nExpiry date must be provided/],
    ] as const)
      await rejects(exempt(email, until, reason), { code: 'invalid', message }, until)
    await exempt(email, '2026-11-03')
  })

  it('is only for the role normal', async () => {
    const admin = await test.user('Admin', { role: 'admin' })
    await rejects(exempt(admin.email, '2027-01-01'), {
      code: 'conflict',
      message: /because of the role Admin/,
    })
  })

  it('removes devices, spares nobody who is half way the password, and is written down', async () => {
    const user = await test.user('Exempted', { twoStep: true })
    const half = test.browser()
    equal((await half.signIn(user.email)).location, codePath)
    await exempt(user.email, '2027-01-01')
    equal((await half.get('/')).location, '/users/sign_in')
    equal((await half.signIn(user.email)).location, '/')
    await exempt(user.email, '2027-02-01', 'still none')
    const notes = await test.rows<{ number: number; note: string | null }>(
      'select number, note from events where about_uid = $1 and number in (39, 40) order by id',
      [user.uid],
    )
    deepEqual(notes, [
      { number: 39, note: 'for reason: no phone expiring on date: 2027-01-01' },
      { number: 40, note: 'to: still none expiring on date: 2027-02-01' },
    ])
  })
})

describe('an exemption', () => {
  it('observation 17: ends when its day begins in the United Kingdom, and is replaced by a requirement', async () => {
    clock.step(Date.parse('2027-06-09T22:59:59Z') - clock.now().getTime())
    const user = await test.user('Summer')
    await exemptFromTwoStep(signon, operator, { email: user.email, reason: 'x', until: '2027-06-10' })
    await runJob()
    const browser = test.browser()
    await browser.signIn(user.email)
    equal((await browser.get('/')).status, 200)
    await test.mails()

    clock.step(minute)
    await runJob()
    await runJob()
    equal((await browser.get('/')).location, promptPath)
    deepEqual((await test.events(user.uid)).filter((number) => number === 69).length, 1)
    deepEqual(await subjects(), [[user.email, '[Test] Your exemption from 2-step verification is over']])
  })

  it('is announced 14 and 3 days before, once each, to the person and to whoever granted it', async () => {
    await test.rows('delete from account_notices')
    const granter = await test.user('Granter', { role: 'admin' })
    const user = await test.user('Announced')
    const start = clock.now()
    const until = after(start, 20 * day)
      .toISOString()
      .slice(0, 10)
    await signon.transaction((work) => work.twoStep.exempt(user.id, { reason: 'x', until }, granter.id))
    const told: string[] = []
    for (let hours = 0; hours < 19 * 24; hours += 12) {
      await runJob()
      for (const { to, text } of await test.mails())
        told.push(`${to} ${/in \d+ days|tomorrow/.exec(text)?.[0]}`)
      clock.step(12 * hour)
    }
    deepEqual(told, [
      `${user.email} in 14 days`,
      `${granter.email} in 14 days`,
      `${user.email} in 3 days`,
      `${granter.email} in 3 days`,
    ])
  })

  it('that is prolonged is announced anew, and nobody is told of one that is over', async () => {
    const user = await test.user('Prolonged')
    const dayIn = (days: number) =>
      after(clock.now(), days * day)
        .toISOString()
        .slice(0, 10)
    const exempt = (until: string) =>
      exemptFromTwoStep(signon, operator, { email: user.email, reason: 'x', until })
    const mailsToThem = async () =>
      (await test.mails()).filter(({ to, subject }) => to === user.email && subject.includes('ends soon'))
    await exempt(dayIn(2))
    await runJob()
    await exempt(dayIn(10))
    deepEqual(await mailsToThem(), [])
    await runJob()
    const mails = await mailsToThem()
    deepEqual(
      mails.map(({ to }) => to),
      [user.email],
    )
    match(mails[0]?.text ?? '', /in (?:9|10) days/)
  })
})
