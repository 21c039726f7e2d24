import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gdsContentId } from '#domain/organisation.ts'
import type { User } from '#domain/user.ts'
import { operator, startSignon } from '#test/signon.ts'
import { paths, pathTo } from '#web/paths.ts'
import { exemptFromTwoStep } from './exempt-from-two-step.ts'

const test = await startSignon()
const { signon } = test
const gds = await test.organisation('GDS', { contentId: gdsContentId })
const strict = await test.organisation('Strict', { requiresTwoStep: true })
const admin = await test.user('Admin', { role: 'admin', twoStep: true, organisationId: gds })
const browser = await test.signedIn(admin)
const promptPath = paths.twoStepPrompt

const at = (path: string, { id }: Pick<User, 'id'>) => pathTo(path, { id })
const stateOf = ({ id }: User) => signon.single.twoStep.find(id)
const subjects = async () => (await test.mails()).map(({ to, subject }) => [to, subject])

describe('the page that resets 2-step verification', () => {
  it('says what happens, takes every device, and tells the person', async () => {
    const ada = await test.user('Ada', { twoStep: true })
    const theirs = await test.signedIn(ada)
    const page = await browser.get(at(paths.userTwoStepReset, ada))
    match(page.text, /<h1[^>]*>Reset 2-step verification for Ada<\/h1>/)
    match(page.text, /passkey and recovery code that they have will stop working/)
    match(page.text, /govuk-button--warning[^>]*>\s*Reset 2-step verification\s*</)

    const done = await browser.post(at(paths.userTwoStepReset, ada), {})
    deepEqual([done.status, done.location], [303, at(paths.user, ada)])
    match((await browser.get('/account')).text, /Reset 2-step verification for ada@example\.gov\.uk/)
    equal((await theirs.get('/')).location, '/users/sign_in')
    deepEqual(await test.rows('select from totp_factors where user_id = $1', [ada.id]), [])
    const [event] = await test.rows('select number, actor_id from events where about_uid = $1', [ada.uid])
    deepEqual(event, { number: 19, actor_id: admin.id })
    deepEqual(await subjects(), [[ada.email, '[Test] 2-step verification has been reset']])

    await theirs.signIn(ada.email)
    equal((await theirs.get('/')).location, promptPath)
  })

  it('is not there for whoever has no device, and works once', async () => {
    const ben = await test.user('Ben', { twoStep: true })
    const sends = [1, 2, 3].map(() => browser.post(at(paths.userTwoStepReset, ben), {}, '/account'))
    const statuses = (await Promise.all(sends)).map(({ status }) => status)
    deepEqual(statuses.sort(), [303, 409, 409])
    const page = await browser.get(at(paths.userTwoStepReset, ben))
    equal(page.status, 409)
    match(page.text, /ben@example\.gov\.uk has not set up 2-step verification/)
    deepEqual(await test.events(ben.uid), [19])
    await test.mails()
  })
})

describe('the page that turns on 2-step verification', () => {
  it('requires it of the person, in open sessions too, and tells them', async () => {
    const cat = await test.user('Cat')
    const theirs = await test.signedIn(cat)
    const page = await browser.get(at(paths.userTwoStepMandate, cat))
    match(page.text, /<h1[^>]*>Turn on 2-step verification for Cat<\/h1>/)
    doesNotMatch(page.text, /govuk-button--warning|exempt/)
    const done = await browser.post(at(paths.userTwoStepMandate, cat), {})
    deepEqual([done.status, done.location], [303, at(paths.user, cat)])
    match((await browser.get('/account')).text, /Updated user cat@example\.gov\.uk successfully/)
    equal((await theirs.get('/')).location, promptPath)
    deepEqual(await test.events(cat.uid), [42])
    deepEqual(await subjects(), [[cat.email, '[Test] Make your Signon account more secure']])

    equal((await browser.get(at(paths.userTwoStepMandate, cat))).status, 409)
    equal((await browser.post(at(paths.userTwoStepMandate, cat), {}, '/account')).status, 409)
    deepEqual(await test.events(cat.uid), [42])
  })

  it('says which exemption it ends, and ends it', async () => {
    const dan = await test.user('Dan')
    await exemptFromTwoStep(signon, operator, {
      email: dan.email,
      reason: 'No <b>phone</b>',
      until: '2027-01-31',
    })
    const page = await browser.get(at(paths.userTwoStepMandate, dan))
    match(
      page.text,
      /exempt until 31 January 2027 \(No &lt;b&gt;phone&lt;\/b&gt;\)\. This ends their exemption/,
    )
    match(page.text, /govuk-button--warning/)
    equal((await browser.post(at(paths.userTwoStepMandate, dan), {})).status, 303)
    deepEqual(await test.events(dan.uid), [39, 41, 42])
    await test.mails()
  })

  it('says when role or organisation require it already, or when it is set up', async () => {
    const eve = await test.user('Eve', { organisationId: strict, twoStep: true })
    const { text } = await browser.get(at(paths.userTwoStepMandate, eve))
    match(text, /role or organisation requires it of them already/)
    match(text, /They have set it up\./)
  })

  it('observation 4 of roles and permissions: nothing switches a personal mandate off', async () => {
    const fay = await test.user('Fay')
    await browser.post(at(paths.userTwoStepMandate, fay), {})
    for (const path of [`/users/${fay.id}/require_2sv`, `/users/${fay.id}`])
      for (const method of ['PUT', 'PATCH', 'POST']) {
        const body = new URLSearchParams({ 'user[require_2sv]': '0' })
        equal((await browser.send(path, { method, body })).status, 404, `${method} ${path}`)
      }
    equal((await browser.get(`/users/${fay.id}/require_2sv`)).status, 404)
    await browser.post(at(paths.userTwoStepMandate, fay), { 'user[require_2sv]': '0' }, '/account')
    equal((await stateOf(fay)).isRequired, true)
    await test.mails()
  })
})

describe('the page that exempts from 2-step verification', () => {
  const exempt = (
    whom: User,
    reason: string,
    [day, month, year]: readonly [string, string, string],
    from?: string,
  ) =>
    browser.post(
      at(paths.userTwoStepExemption, whom),
      {
        'exemption[reason]': reason,
        'exemption[expiry_date][day]': day,
        'exemption[expiry_date][month]': month,
        'exemption[expiry_date][year]': year,
      },
      from,
    )
  const saving = {
    'exemption[reason]': 'Typed “meanwhile”',
    'exemption[expiry_date][day]': '7',
    'exemption[expiry_date][month]': '8',
    'exemption[expiry_date][year]': '2027',
  }
  const hiddenIn = (text: string, name: string) =>
    new RegExp(`name="${name}" value="([^"]+)"`).exec(text)?.[1] ?? ''
  /** Opens the page, and sends its form later, whatever has happened by then. */
  const openFor = async (whom: User) => {
    const { text } = await browser.get(at(paths.userTwoStepExemption, whom))
    const hidden = { csrf_token: hiddenIn(text, 'csrf_token'), was: hiddenIn(text, 'was') }
    const send = (fields: Readonly<Record<string, string>>) =>
      browser.send(at(paths.userTwoStepExemption, whom), {
        method: 'POST',
        body: new URLSearchParams({ ...hidden, ...fields }),
      })
    return { was: hidden.was, send }
  }

  it('exempts for a reason until a day, and takes devices away', async () => {
    const gus = await test.user('Gus', { twoStep: true })
    const page = await browser.get(at(paths.userTwoStepExemption, gus))
    match(page.text, /<h1[^>]*>Exempt Gus from 2-step verification<\/h1>/)
    match(page.text, /devices and recovery codes that they have are removed/)
    for (const label of ['Reason for 2-step verification exemption', 'Day', 'Month', 'Year'])
      match(page.text, new RegExp(`<label[^>]*>\\s*${label}\\s*</label>`))
    doesNotMatch(page.text, /End exemption/)

    const done = await exempt(gus, ' No phone ', ['1', ' 3', '2027'])
    deepEqual([done.status, done.location], [303, at(paths.user, gus)])
    match((await browser.get('/account')).text, /User exempted from 2-step verification/)
    const { exemption, hasSecondFactor } = await stateOf(gus)
    deepEqual([exemption, hasSecondFactor], [{ reason: 'No phone', until: '2027-03-01' }, false])
    const [event] = await test.rows('select number, note, actor_id from events where about_uid = $1', [
      gus.uid,
    ])
    deepEqual(event, {
      number: 39,
      note: 'for reason: No phone expiring on date: 2027-03-01',
      actor_id: admin.id,
    })
    equal((await signon.single.twoStep.grantedBy(gus.id))?.email, admin.email)
  })

  it('says everything that is wrong, beside what was typed', async () => {
    const hal = await test.user('Hal')
    const nothing = ['', '', ''] as const
    for (const [reason, day, faults, parts] of [
      ['', nothing, ['Reason must be provided', 'Expiry date must be provided'], ['day', 'month', 'year']],
      [
        'x',
        ['', '3', ''],
        ['Expiry date day must be provided', 'Expiry date year must be provided'],
        ['day', 'year'],
      ],
      ['x', ['1', '', '2027'], ['Expiry date month must be provided'], ['month']],
      ['x', ['30', '2', '2027'], ['Expiry date must be a real date'], ['day', 'month', 'year']],
      ['x', ['a', 'b', 'c'], ['Expiry date must be a real date'], ['day', 'month', 'year']],
      ['x', ['2', '11', '2026'], ['Expiry date must be in the future'], ['day', 'month', 'year']],
      ['x', ['1', '1', '27'], ['Expiry date must be a real date'], ['day', 'month', 'year']],
      ['x'.repeat(256), ['1', '1', '2027'], ['Reason must be 255 characters or less'], []],
    ] as const) {
      const page = await exempt(hal, reason, day)
      equal(page.status, 422, faults.join())
      match(page.text, /<title>\s*Error: Exempt Hal/)
      const listed = [...page.text.matchAll(/<a href="#(?:reason|until-\w+)">([^<]*)<\/a>/g)].map(
        ([, text]) => text,
      )
      deepEqual(listed, faults)
      const red = [
        ...page.text.matchAll(
          /govuk-input--error[^>]*id="until-(\w+)"|id="until-(\w+)"[^>]*govuk-input--error/g,
        ),
      ]
      deepEqual(
        red.map(([, one, other]) => one ?? other),
        parts,
      )
      for (const typed of [reason, ...day].filter(Boolean)) match(page.text, new RegExp(`value="${typed}"`))
    }
    match((await exempt(hal, '"><script>', ['1', '', ''])).text, /value="&quot;&gt;&lt;script&gt;"/)
    deepEqual(await test.events(hal.uid), [])
  })

  it('changes an exemption, and shows the one that there is', async () => {
    const ivy = await test.user('Ivy')
    await exempt(ivy, 'First', ['5', '6', '2027'])
    const { text } = await browser.get(at(paths.userTwoStepExemption, ivy))
    match(text, /exempt until 5 June 2027/)
    for (const value of ['First', '5', '6', '2027']) match(text, new RegExp(`value="${value}"`))
    equal((await exempt(ivy, 'Second', ['6', '6', '2027'])).status, 303)
    deepEqual((await stateOf(ivy)).exemption, { reason: 'Second', until: '2027-06-06' })
    deepEqual(await test.events(ivy.uid), [39, 40])
  })

  it('ends an exemption as its day would: they must use 2-step verification from the next click on', async () => {
    const [joe, kim] = [await test.user('Joe', { organisationId: strict }), await test.user('Kim')]
    await signon.transaction((work) => work.twoStep.require(kim.id))
    for (const person of [joe, kim]) {
      await exempt(person, 'No phone', ['5', '6', '2027'])
      const theirs = await test.signedIn(person)
      equal((await theirs.get('/')).status, 200)
      match(
        (await browser.get(at(paths.userTwoStepExemption, person))).text,
        /<button[^>]*name="exemption\[end\]"/,
      )
      const done = await browser.post(at(paths.userTwoStepExemption, person), { 'exemption[end]': '1' })
      deepEqual([done.status, done.location], [303, at(paths.user, person)])
      equal((await theirs.get('/')).location, promptPath)
      const { exemption, isRequired } = await stateOf(person)
      deepEqual([exemption, isRequired], [null, true])
      deepEqual(await test.events(person.uid), [39, 69])
      deepEqual(
        (await subjects()).filter(([, subject]) => subject?.includes('is over')),
        [[person.email, '[Test] Your exemption from 2-step verification is over']],
      )
      equal(
        (await browser.post(at(paths.userTwoStepExemption, person), { 'exemption[end]': '1' })).status,
        409,
      )
    }
    deepEqual(await test.events(joe.uid), [39, 69])
  })

  it('is refused for a role that requires 2-step verification, as it is when the form is sent', async () => {
    const lee = await test.user('Lee', { role: 'organisation_admin', organisationId: strict })
    const page = await browser.get(at(paths.userTwoStepExemption, lee))
    equal(page.status, 409)
    match(page.text, /cannot be exempt, because of the role Organisation admin/)
    equal((await exempt(lee, 'x', ['5', '6', '2027'], '/account')).status, 409)
    equal((await exempt(lee, '', ['5', '6', '2027'], '/account')).status, 409)
    deepEqual(await test.events(lee.uid), [])
  })

  it('does not undo what another administrator did meanwhile, and says what is so now (roles 9, observation 9)', async () => {
    const [mia, ned] = [await test.user('Mia'), await test.user('Ned')]
    await exempt(ned, 'First', ['5', '6', '2027'])
    for (const person of [mia, ned]) {
      const { send } = await openFor(person)
      await exemptFromTwoStep(signon, operator, {
        email: person.email,
        reason: 'Second <b>',
        until: '2027-06-06',
      })
      for (const fields of [saving, { 'exemption[end]': '1' }, { ...saving, was: '' }]) {
        const { status, text } = await send(fields)
        equal(status, 409)
        match(text, /<title>\s*Error: Exempt/)
        match(
          text,
          /href="#reason">This has changed since you opened the page, perhaps by yourself: \w+@example\.gov\.uk is now exempt until 6 June 2027 \(Second &lt;b&gt;\), and has no devices set up\. Nothing was changed/,
        )
        deepEqual((await stateOf(person)).exemption, { reason: 'Second <b>', until: '2027-06-06' })
      }
      // The page that tells it has been seen, too, and has what was typed.
      const { text } = await send(saving)
      match(text, /value="Typed “meanwhile”"/)
      equal((await send({ ...saving, was: hiddenIn(text, 'was') })).status, 303)
      deepEqual((await stateOf(person)).exemption, { reason: 'Typed “meanwhile”', until: '2027-08-07' })
    }
  })

  it('undoes no mandate, and takes no device, that came after the page was opened', async () => {
    const [ola, pia] = [await test.user('Ola'), await test.user('Pia')]
    const [late, later] = [await openFor(ola), await openFor(pia)]
    await browser.post(at(paths.userTwoStepMandate, ola), {})
    await signon.single.secondFactors.add(pia.id, { name: 'Phone', secret: 'A'.repeat(32), lastStep: 0 })
    const told = await late.send(saving)
    equal(told.status, 409)
    match(told.text, /ola@example\.gov\.uk must now use 2-step verification, and has no devices set up\./)
    const toldLater = await later.send(saving)
    equal(toldLater.status, 409)
    match(toldLater.text, /pia@example\.gov\.uk is now not exempt, and has devices set up\./)
    match(toldLater.text, /devices and recovery codes that they have are removed/)
    deepEqual([(await stateOf(ola)).isRequired, (await stateOf(pia)).hasSecondFactor], [true, true])
    deepEqual([await test.events(ola.uid), await test.events(pia.uid)], [[42], []])
  })

  it('remembers what was seen when it comes back with faults', async () => {
    const quy = await test.user('Quy')
    const { was, send } = await openFor(quy)
    await exemptFromTwoStep(signon, operator, { email: quy.email, reason: 'Second', until: '2027-06-06' })
    const { status, text } = await send({ ...saving, 'exemption[reason]': '' })
    equal(status, 422)
    equal(hiddenIn(text, 'was'), was)
    equal((await send({ ...saving, was: hiddenIn(text, 'was') })).status, 409)
    equal((await stateOf(quy)).exemption?.reason, 'Second')
  })
})
