import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stepAt } from '#domain/totp.ts'
import { after, minute, second } from '#kernel/clock.ts'
import { codesOf } from '#outside/totp.ts'
import { passkeyVerifier } from '#outside/webauthn.ts'
import type { Page, TestBrowser } from '#test/browser.ts'
import { testClient } from '#test/client.ts'
import { password } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'
import { renewRecoveryCodes } from './change-devices.ts'

const test = await startSignon({ environment: 'integration' })
const { signon, clock } = test

const setUpPath = '/account/two_step_verification'
const promptPath = `${setUpPath}/prompt`
const devicesPath = `${setUpPath}/devices`
const addPath = `${devicesPath}/new`
const codesPath = `${setUpPath}/recovery_codes`

const secretOn = ({ text }: Page): string =>
  (/signon-secret">(?<secret>[A-Z2-7 ]+)</.exec(text)?.groups?.['secret'] ?? '').replaceAll(' ', '')
const codeOf = (secret: string, secondsLater = 0): string =>
  codesOf(secret)(stepAt(after(clock.now(), secondsLater * second)))

/** Somebody without a device, signed in. */
const signedIn = async (name: string, options: Parameters<typeof test.user>[1] = {}) => {
  clock.step(minute)
  const user = await test.user(name, options)
  const browser = test.browser()
  await browser.signIn(user.email)
  return { user, browser }
}

/** Somebody with a device, signed in; its next code is fresh. */
const withDevice = async (name: string) => {
  const { user, browser } = await signedIn(name, { twoStep: true })
  await browser.enterCode(test.code())
  clock.step(minute)
  return { user, browser }
}

const add = async (browser: TestBrowser, fields: Readonly<Record<string, string>> = {}): Promise<Page> => {
  const secret = secretOn(await browser.get(addPath))
  return browser.post(addPath, {
    name: 'Laptop',
    code: codeOf(secret),
    password,
    current_code: test.code(),
    ...fields,
  })
}

describe('whoever must use 2-step verification', () => {
  it('is led to set it up, whatever they ask for, and then to what they asked for', async () => {
    const { user, browser } = await signedIn('Prompted', { role: 'superadmin' })
    equal((await browser.get('/?wanted')).location, promptPath)
    const prompt = await browser.get(promptPath)
    match(prompt.text, /<h1[^>]*>Make your account more secure<\/h1>/)
    match(prompt.text, /href="\/account\/two_step_verification"[^>]*>\s*Start set up/)
    const secret = secretOn(await browser.get(setUpPath))
    const done = await browser.post(setUpPath, { code: codeOf(secret) })
    equal(done.status, 200)
    match(done.text, /<h1[^>]*>2-step verification set up<\/h1>/)
    match(done.text, /href="\/\?wanted"[^>]*>\s*Continue/)
    equal([...done.text.matchAll(/<li>[a-z2-9]{4}(?:-[a-z2-9]{4}){3}<\/li>/g)].length, 10)
    equal((await browser.get('/?wanted')).status, 200)
    deepEqual(await test.events(user.uid), [11, 18, 62])
    match(
      (await test.mails()).map(({ subject }) => subject).join(),
      /\[Integration\] 2-step verification set up/,
    )
  })

  it('gets no code for an application before', async () => {
    const application = await test.application('Whitehall')
    const { browser } = await signedIn('No code', { role: 'admin', uses: [application] })
    const client = testClient(test.url, application)
    equal((await browser.get(client.authorizePath())).location, promptPath)
    deepEqual(await test.rows('select from authorizations'), [])
  })

  it('is asked in sessions that are open already, when it is required of the person or the organisation', async () => {
    const person = await signedIn('Newly required')
    equal((await person.browser.get('/')).status, 200)
    await signon.transaction((work) => work.twoStep.require(person.user.id))
    equal((await person.browser.get('/')).location, promptPath)

    const [organisation] = await test.rows<{ id: number }>(
      `insert into organisations (content_id, slug, name, created_at, updated_at)
       values ('4c717efc-f47b-478e-a76d-ce1ae0af1946', 'hmrc', 'HMRC', $1, $1) returning id`,
      [clock.now()],
    )
    const member = await signedIn('Member')
    const exempt = await signedIn('Exempt member')
    await signon.transaction((work) =>
      work.twoStep.exempt(exempt.user.id, { reason: 'no phone', until: '2027-01-01' }, null),
    )
    for (const { user } of [member, exempt])
      await test.rows('update users set organisation_id = $2 where id = $1', [user.id, organisation?.id])
    equal((await member.browser.get('/')).status, 200)
    await test.rows('update organisations set require_two_step = true')
    equal((await member.browser.get('/')).location, promptPath)
    equal((await exempt.browser.get('/')).status, 200)
    await test.rows('update organisations set require_two_step = false')
    equal((await member.browser.get('/')).status, 200)
  })

  it('can sign out, and a script is told 401', async () => {
    const { browser } = await signedIn('Leaves', { role: 'admin' })
    equal((await browser.get('/', { accept: 'application/json' })).status, 401)
    equal((await browser.get('/users/sign_out')).location, '/users/sign_in')
  })

  it('is nobody else: the prompt leads others to the dashboard', async () => {
    const { browser } = await signedIn('Free')
    equal((await browser.get('/')).status, 200)
    equal((await browser.get(promptPath)).location, '/')
  })
})

describe('setting up the first device', () => {
  it('can be put off by whoever does it freely, and by nobody else', async () => {
    const cancel = /href="(?<path>[^"]*)"[^>]*>Cancel</
    const [free, bound] = [await signedIn('Freely'), await signedIn('Bound', { role: 'admin' })]
    for (const page of [await free.browser.get(setUpPath), await free.browser.post(setUpPath, { code: '1' })])
      equal(cancel.exec(page.text)?.groups?.['path'], '/')
    for (const page of [
      await bound.browser.get(setUpPath),
      await bound.browser.post(setUpPath, { code: '1' }),
    ])
      equal(cancel.test(page.text), false)
    const { browser } = await withDevice('Has one')
    equal(cancel.exec((await browser.get(addPath)).text)?.groups?.['path'], devicesPath)
  })

  it('shows a QR code that says what it is, and the same secret as text, until it is used', async () => {
    const { browser } = await signedIn('Scanner')
    match(
      (await browser.get('/')).text,
      /href="\/account\/two_step_verification">Set up 2-step verification</,
    )
    const first = await browser.get(setUpPath)
    match(first.text, /<svg role="img" aria-label="QR code/)
    match(first.text, /If you cannot use a QR code/)
    match(first.text, /Integration GOV.UK Signon/)
    equal(secretOn(first).length, 32)
    equal(secretOn(await browser.get(setUpPath)), secretOn(first))
    ok(!/name="(?:otp_secret_key|secret)"/.test(first.text))
  })

  it('observation 2: believes no secret that comes with the form', async () => {
    const { user, browser } = await signedIn('Forger')
    await browser.get(setUpPath)
    const forged = 'A'.repeat(32)
    const answer = await browser.post(setUpPath, {
      code: codeOf(forged),
      otp_secret_key: forged,
      secret: forged,
    })
    equal(answer.status, 422)
    deepEqual(await test.events(user.uid), [11, 20])
  })

  it('shows the same secret again after a wrong code, and says so', async () => {
    const { user, browser } = await signedIn('Wrong')
    const page = await browser.get(setUpPath)
    const answer = await browser.post(setUpPath, { code: '12' })
    equal(answer.status, 422)
    match(answer.text, /<title>\s*Error: Set up 2-step verification/)
    match(answer.text, /There is a problem/)
    match(answer.text, /Sorry, that code didn’t work. Please try again./)
    equal(secretOn(answer), secretOn(page))
    match(
      (await browser.post(setUpPath, { code: codeOf(secretOn(page), 300) })).text,
      /about 5 minutes ahead of ours/,
    )
    const [row] = await test.rows<{ attempts: number }>(
      'select second_factor_attempts as attempts from sign_in_states where user_id = $1',
      [user.id],
    )
    equal(row?.attempts, 0)
  })

  it('keeps the secret sealed, before and after', async () => {
    const { user, browser } = await signedIn('Sealed')
    const secret = secretOn(await browser.get(setUpPath))
    const [before] = await test.rows<{ sealed: string }>(
      'select sealed_setup as sealed from sessions where user_id = $1',
      [user.id],
    )
    await browser.post(setUpPath, { code: codeOf(secret) })
    const [later] = await test.rows<{ sealed: string }>(
      'select sealed_secret as sealed from totp_factors where user_id = $1',
      [user.id],
    )
    for (const row of [before, later]) match(row?.sealed ?? '', /^test\./)
    ok(!JSON.stringify([before, later]).includes(secret))
    const [cleared] = await test.rows<{ sealed: string | null }>(
      'select sealed_setup as sealed from sessions where user_id = $1',
      [user.id],
    )
    equal(cleared?.sealed, null)
  })

  it('counts the code that it was set up with as used', async () => {
    const { user, browser } = await signedIn('Used')
    const code = codeOf(secretOn(await browser.get(setUpPath)))
    await browser.post(setUpPath, { code })
    const other = test.browser()
    await other.signIn(user.email)
    match((await other.enterCode(code)).text, /That code was used already/)
  })

  it('ends all other sessions and an exemption', async () => {
    const { user, browser } = await signedIn('Elsewhere')
    const other = test.browser()
    await other.signIn(user.email)
    await signon.transaction((work) =>
      work.twoStep.exempt(user.id, { reason: 'no phone', until: '2027-01-01' }, null),
    )
    await browser.post(setUpPath, { code: codeOf(secretOn(await browser.get(setUpPath))) })
    equal((await other.get('/')).location, '/users/sign_in')
    equal((await browser.get('/')).status, 200)
    equal((await signon.single.twoStep.find(user.id)).isExempt, false)
    deepEqual((await test.events(user.uid)).slice(2), [41, 18, 62])
  })

  it('happens once among many that come at the same moment', async () => {
    const { user, browser } = await signedIn('Twice')
    const page = await browser.get(setUpPath)
    const csrf = /name="csrf_token" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const body = () => new URLSearchParams({ csrf_token: csrf, code: codeOf(secretOn(page)) })
    await Promise.all(
      Array.from({ length: 8 }, () => browser.send(setUpPath, { method: 'POST', body: body() })),
    )
    equal((await signon.single.secondFactors.list(user.id)).length, 1)
    equal((await test.events(user.uid)).filter((number) => number === 18).length, 1)
  })

  it('cannot replace a device that is there', async () => {
    const { user, browser } = await withDevice('Replaced')
    equal((await browser.get(setUpPath)).location, devicesPath)
    const page = await browser.get(addPath)
    const answer = await browser.post(setUpPath, { code: codeOf(secretOn(page)) }, addPath)
    equal(answer.status, 303)
    equal((await signon.single.secondFactors.list(user.id)).length, 1)
  })
})

describe('several devices', () => {
  it('are added with the password, a code of one that is there, and a code of the new one', async () => {
    const { user, browser } = await withDevice('Adds')
    match((await browser.get('/')).text, /Change your 2-step verification device/)
    const other = test.browser()
    other.cookies.set('__Host-signon_session', await signon.single.sessions.open(user.id, 'full', {}))
    const answer = await add(browser)
    deepEqual([answer.status, answer.location], [303, devicesPath])
    const list = await browser.get(devicesPath)
    match(list.text, /Phone/)
    match(list.text, /Laptop/)
    match(list.text, /Authenticator app added/)
    equal((await other.get('/')).location, '/users/sign_in')
    deepEqual(await test.rows('select from remembered_browsers where user_id = $1', [user.id]), [])
    deepEqual((await test.events(user.uid)).slice(2), [24])
  })

  it('are not added without each of the three', async () => {
    const { user, browser } = await withDevice('Refused')
    match((await add(browser, { password: 'wrong' })).text, /That is not your password/)
    match((await add(browser, { code: '1' })).text, /Sorry, that code didn’t work/)
    match((await add(browser, { current_code: '1' })).text, /Sorry, that code didn’t work/)
    match((await add(browser, { name: 'x'.repeat(101) })).text, /Name must be 100 characters or less/)
    deepEqual((await test.events(user.uid)).slice(2), [25, 25, 22])
    equal((await signon.single.secondFactors.list(user.id)).length, 1)
  })

  it('are removed with the password and a code, the last one only if it may be', async () => {
    const { user, browser } = await withDevice('Removes')
    await add(browser)
    const [phone, laptop] = await signon.single.secondFactors.list(user.id)
    const remove = (id: number | undefined, fields: Readonly<Record<string, string>> = {}) =>
      browser.post(`${devicesPath}/${id}/remove`, { password, current_code: test.code(), ...fields })
    clock.step(minute)
    match((await remove(laptop?.id, { password: 'wrong' })).text, /That is not your password/)
    match((await remove(laptop?.id, { current_code: '' })).text, /Sorry, that code didn’t work/)
    equal((await remove(laptop?.id)).location, devicesPath)
    equal((await signon.single.secondFactors.list(user.id)).length, 1)

    await signon.transaction((work) => work.twoStep.require(user.id))
    clock.step(minute)
    const refused = await remove(phone?.id)
    equal(refused.status, 409)
    match(refused.text, /Add another one first/)
    await test.rows('update users set requires_two_step = false where id = $1', [user.id])
    clock.step(minute)
    equal((await remove(phone?.id)).status, 303)
    equal((await signon.single.twoStep.find(user.id)).hasSecondFactor, false)
    deepEqual((await test.events(user.uid)).slice(-2), [61, 61])
  })

  it('of others are out of reach', async () => {
    const { browser } = await withDevice('Reaches')
    const other = await test.user('Reached', { twoStep: true })
    const [theirs] = await signon.single.secondFactors.list(other.id)
    const path = `${devicesPath}/${theirs?.id}/remove`
    equal((await browser.get(path)).status, 404)
    equal((await browser.post(path, { password, current_code: test.code() }, addPath)).status, 404)
    equal((await browser.get(`${devicesPath}/x/remove`)).status, 404)
    equal((await signon.single.secondFactors.list(other.id)).length, 1)
  })

  it('lock the account after ten wrong codes or six wrong passwords, like signing in', async () => {
    const codes = await withDevice('Locks by code')
    for (let attempt = 1; attempt <= 9; attempt += 1)
      await codes.browser.post(codesPath, { password, current_code: '1' })
    match((await codes.browser.post(codesPath, { password, current_code: '1' })).text, /Account locked/)
    equal((await codes.browser.get('/')).location, '/users/sign_in')

    const passwords = await withDevice('Locks by password')
    const guess = () =>
      passwords.browser.post(codesPath, { password: 'wrong', current_code: test.code() }, codesPath)
    for (let attempt = 1; attempt <= 5; attempt += 1) match((await guess()).text, /That is not your password/)
    match((await guess()).text, /Account locked.*wrong details too many times/s)
    equal((await passwords.browser.get('/')).location, '/users/sign_in')
    ok((await test.events(passwords.user.uid)).includes(1))

    const adds = await withDevice('Locks while adding')
    for (let attempt = 1; attempt <= 5; attempt += 1)
      equal((await add(adds.browser, { password: 'wrong' })).status, 422)
    match((await add(adds.browser, { password: 'wrong' })).text, /Account locked/)
  })
})

describe('whoever changes devices', () => {
  it('must know the password that the person has in the end, not when it was looked at', async () => {
    const { user, browser } = await withDevice('Overtaken')
    const presented = await signon.single.sessions.use(browser.cookies.get('__Host-signon_session') ?? '')
    ok(presented.state === 'live')
    const another = await signon.passwords.hash('another long password of theirs')
    const overtaken: typeof signon = {
      ...signon,
      passwords: {
        ...signon.passwords,
        async verify(stored, typed) {
          const fits = await signon.passwords.verify(stored, typed)
          await signon.single.passwords.replace(user.id, another)
          return fits
        },
      },
    }
    const actor = { kind: 'person', userId: user.id } as const
    const asked = { session: presented.session, password, code: test.code(), answered: null }
    deepEqual(await renewRecoveryCodes(overtaken, passkeyVerifier(test.issuer), actor, asked), {
      outcome: 'wrong password',
    })
    equal(await signon.single.recoveryCodes.count(user.id), 0)
  })
})

describe('recovery codes', () => {
  it('are made anew with the password and a code, shown once, and end those before', async () => {
    const { user, browser } = await withDevice('Renews')
    const [old = ''] = await signon.transaction((work) => work.recoveryCodes.renew(user.id))
    const shown = await browser.post(codesPath, { password, current_code: test.code() })
    equal(shown.status, 200)
    const codes = [...shown.text.matchAll(/<li>(\S{19})<\/li>/g)].map(([, code]) => code)
    equal(codes.length, 10)
    notEqual(codes[0], old)
    ok(!(await browser.get(devicesPath)).text.includes(codes[0] ?? ''))
    equal(await signon.single.recoveryCodes.take(user.id, old), false)
    equal(await signon.single.recoveryCodes.take(user.id, codes[0] ?? ''), true)
    deepEqual((await test.events(user.uid)).slice(2), [62])
  })

  it('observation 25: stand for a device that is lost: with one, another device is added', async () => {
    const { user, browser } = await withDevice('Lost')
    const [code = ''] = await signon.transaction((work) => work.recoveryCodes.renew(user.id))
    equal((await add(browser, { current_code: code })).location, devicesPath)
    deepEqual((await test.events(user.uid)).slice(2), [63, 24])
  })
})
