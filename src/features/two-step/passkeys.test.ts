import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stepAt } from '#domain/totp.ts'
import { minute } from '#kernel/clock.ts'
import { codesOf } from '#outside/totp.ts'
import { authenticator, challengeIn, type PasskeyAnswers } from '#test/authenticator.ts'
import type { Page, TestBrowser } from '#test/browser.ts'
import { password } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'
import { untilSomebodyWaits } from '#test/waiting.ts'
import { paths } from '#web/paths.ts'

const test = await startSignon()
const { signon, clock } = test

/** Somebody with an authenticator app and a passkey. */
const withPasskey = async (name: string) => {
  const user = await test.user(name, { twoStep: true })
  const device = authenticator(test.issuer)
  await signon.single.passkeys.add(user.id, 'Laptop', device.key)
  return { user, device }
}

/** Sends the form with a passkey of a page, answered like this. */
const send = (browser: TestBrowser, page: Page, path: string, credential: string, more = {}) => {
  const csrf = /name="csrf_token" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  const body = new URLSearchParams({ csrf_token: csrf, credential, ...more })
  return browser.send(path, { method: 'POST', body })
}

type Device = ReturnType<typeof authenticator>

/** Signs in with a passkey alone, on the page that is open so long before. */
const signIn = async (device: Device, { said = {} as PasskeyAnswers, wait = 0 } = {}) => {
  const browser = test.browser()
  const page = await browser.get(paths.signIn)
  clock.step(wait)
  const answer = await send(browser, page, paths.passkeySignIn, device.get(challengeIn(page), said))
  return { browser, answer }
}

/** Passes the second step with a passkey, on the page that is open so long before. */
const passStep = async (email: string, device: Device, { said = {} as PasskeyAnswers, wait = 0 } = {}) => {
  const browser = test.browser()
  await browser.signIn(email)
  const page = await browser.get(paths.twoStepCode)
  clock.step(wait)
  const answer = await send(browser, page, paths.passkeyStep, device.get(challengeIn(page), said))
  return { browser, answer }
}

const lastEvents = (number: number) =>
  test.rows<{ number: number; note: string | null; about: string | null }>(
    'select number, note, about_uid as about from events order by id desc limit $1',
    [number],
  )

const openTooLong = /This page was open for too long\. Try again/

describe('signing in with a passkey', () => {
  it('is both steps in one', async () => {
    const { user, device } = await withPasskey('Ada')
    const { browser, answer } = await signIn(device, { said: { count: 1 } })
    deepEqual([answer.status, answer.location], [302, '/'])
    equal((await browser.get('/')).status, 200)
    deepEqual(await test.events(user.uid), [11])
  })

  it('is refused for another site, another key, an unknown key and an unverified person, and each is recorded', async () => {
    const { user, device } = await withPasskey('Ben')
    const stranger = authenticator(test.issuer)
    const forged = {
      ...stranger,
      get: (challenge: string) =>
        stranger.get(challenge).replaceAll(stranger.key.credentialId, device.key.credentialId),
    }
    for (const [presented, said, event] of [
      [device, { origin: 'https://evil.example' }, { number: 12, note: 'passkey', about: user.uid }],
      [device, { isVerified: false }, { number: 12, note: 'passkey', about: user.uid }],
      [forged, {}, { number: 12, note: 'passkey', about: user.uid }],
      [stranger, {}, { number: 38, note: 'passkey', about: null }],
      [{ ...device, get: () => 'no answer' }, {}, { number: 38, note: 'passkey', about: null }],
    ] as const) {
      const { browser, answer } = await signIn(presented, { said })
      deepEqual([answer.status, answer.location], [303, paths.signIn])
      match((await browser.get(paths.signIn)).text, /That passkey did not work/)
      deepEqual(await lastEvents(1), [event])
    }
  })

  it('says when the page was open for too long, and records that', async () => {
    const { user, device } = await withPasskey('Cat')
    const { browser, answer } = await signIn(device, { wait: 10 * minute })
    deepEqual([answer.status, answer.location], [303, paths.signIn])
    match((await browser.get(paths.signIn)).text, openTooLong)
    deepEqual(await lastEvents(1), [{ number: 12, note: 'passkey, too late', about: user.uid }])
    equal((await signIn(device, { wait: 10 * minute - 1 })).answer.location, '/')
  })
})

describe('a passkey as the second step', () => {
  it('lets in once, and not when it was copied', async () => {
    const { user, device } = await withPasskey('Dan')
    equal((await passStep(user.email, device, { said: { count: 5 } })).answer.location, '/')
    for (const count of [5, 4, 0]) {
      const { browser, answer } = await passStep(user.email, device, { said: { count } })
      deepEqual([answer.status, answer.location], [303, paths.twoStepCode], String(count))
      match((await browser.get(paths.twoStepCode)).text, /That passkey did not work/)
    }
    equal((await passStep(user.email, device, { said: { count: 6 } })).answer.location, '/')
  })

  it('is refused when it is another person’s', async () => {
    const [{ user }, other] = [await withPasskey('Eve'), await withPasskey('Mallory')]
    equal((await passStep(user.email, other.device)).answer.location, paths.twoStepCode)
    deepEqual(await lastEvents(1), [{ number: 22, note: 'passkey', about: user.uid }])
  })

  it('says when the page was open for too long', async () => {
    const { user, device } = await withPasskey('Flo')
    const { browser } = await passStep(user.email, device, { wait: 10 * minute })
    match((await browser.get(paths.twoStepCode)).text, openTooLong)
    deepEqual(await lastEvents(1), [{ number: 22, note: 'passkey, too late', about: user.uid }])
  })

  it('waits for whoever is ending the sessions of the person, and neither fails', async () => {
    const { user, device } = await withPasskey('Gus')
    const browser = test.browser()
    await browser.signIn(user.email)
    const page = await browser.get(paths.twoStepCode)
    const { sent } = await signon.transaction(async (work) => {
      await work.users.lockById(user.id)
      const sent = send(browser, page, paths.passkeyStep, device.get(challengeIn(page)))
      await untilSomebodyWaits(test)
      await work.sessions.endAll(user.id)
      return { sent }
    })
    equal((await sent).location, paths.twoStepCode)
    equal((await browser.get('/')).location, paths.signIn)
  })
})

describe('a passkey that is added', () => {
  it('is not added to the account of one person with what another has shown', async () => {
    const victim = await test.user('Vera', { twoStep: true })
    const thief = await test.signedIn(await test.user('Theo', { twoStep: true }))
    const stolen = await test.signedIn(victim)
    const asked = await thief.post(paths.addPasskey, { name: '', password, current_code: test.code() })
    equal(asked.status, 200)
    // Whoever holds the browser holds its cookies, too.
    stolen.cookies.set('__Host-signon_visitor', thief.sessionCookie ?? '')
    const answer = await send(
      stolen,
      asked,
      paths.createPasskey,
      authenticator(test.issuer).create(challengeIn(asked)),
    )
    equal(answer.status, 422)
    deepEqual(await signon.single.passkeys.list(victim.id), [])
  })

  it('is not, when its device took too long', async () => {
    const user = await test.user('Hal', { twoStep: true })
    const browser = await test.signedIn(user)
    const fields = { name: 'Laptop', password, current_code: test.code() }
    const page = await browser.post(paths.addPasskey, fields)
    clock.step(10 * minute)
    const credential = authenticator(test.issuer).create(challengeIn(page))
    const answer = await send(browser, page, paths.createPasskey, credential, { name: 'Laptop' })
    equal(answer.status, 422)
    match(answer.text, /took too long, so the passkey was not added/)
    deepEqual(await signon.single.passkeys.list(user.id), [])
    deepEqual(await lastEvents(1), [{ number: 25, note: 'passkey, too late', about: user.uid }])
  })
})

describe('a passkey that confirms a change', () => {
  /** Makes new recovery codes by password and passkey, on a page that is open so long before. */
  const renew = async (
    browser: TestBrowser,
    device: Device,
    { typed = password, said = {} as PasskeyAnswers, wait = 0 } = {},
  ) => {
    const page = await browser.get(paths.renewRecoveryCodes)
    clock.step(wait)
    const credential = device.get(challengeIn(page), said)
    return send(browser, page, paths.renewRecoveryCodes, credential, { password: typed })
  }

  it('stands for the code of an app that is lost: another is added, and the lost one removed', async () => {
    const { user, device } = await withPasskey('Ina')
    const { browser } = await signIn(device)
    const made = await renew(browser, device)
    equal(made.status, 200)
    const code = /<li>(?<code>\S{19})<\/li>/.exec(made.text)?.groups?.['code'] ?? ''

    const adding = await browser.get(paths.addDevice)
    const secret = (
      /signon-secret">(?<secret>[^<]*)</.exec(adding.text)?.groups?.['secret'] ?? ''
    ).replaceAll(' ', '')
    const fields = {
      name: 'New phone',
      code: codesOf(secret)(stepAt(clock.now())),
      password,
      current_code: code,
    }
    equal((await browser.post(paths.addDevice, fields)).status, 303)

    const [lost] = await signon.single.secondFactors.list(user.id)
    const removal = paths.removeDevice.replace(':app', String(lost?.id))
    const page = await browser.get(removal)
    equal((await send(browser, page, removal, device.get(challengeIn(page)), { password })).status, 303)
    deepEqual(
      (await signon.single.secondFactors.list(user.id)).map(({ name }) => name),
      ['New phone'],
    )
    deepEqual(await test.events(user.uid), [11, 62, 63, 24, 61])
  })

  it('is refused without the password, twice, late, copied, or of somebody else', async () => {
    const [{ user, device }, other] = [await withPasskey('Jon'), await withPasskey('Kit')]
    const { browser } = await signIn(device, { said: { count: 5 } })
    for (const [presented, how, words] of [
      [device, { typed: 'wrong', said: { count: 6 } }, /That is not your password/],
      [device, { typed: '', said: { count: 6 } }, /That is not your password/],
      [device, { said: { count: 5 } }, /That passkey did not work/],
      [device, { said: { count: 6, origin: 'https://evil.example' } }, /That passkey did not work/],
      [device, { said: { count: 6 }, wait: 10 * minute }, openTooLong],
      [other.device, {}, /That passkey did not work/],
    ] as const) {
      const answer = await renew(browser, presented, how)
      equal(answer.status, 422)
      match(answer.text, words)
    }
    const page = await browser.get(paths.renewRecoveryCodes)
    const credential = device.get(challengeIn(page), { count: 6 })
    const again = () => send(browser, page, paths.renewRecoveryCodes, credential, { password })
    deepEqual([(await again()).status, (await again()).status], [200, 422])
    deepEqual((await test.events(user.uid)).slice(1), [25, 25, 25, 25, 25, 25, 62, 25])
  })

  it('answers only what that page asked: no answer for signing in confirms a change', async () => {
    const { device } = await withPasskey('Lea')
    const { browser } = await signIn(device)
    const other = test.browser()
    const asked = await other.get(paths.signIn)
    const page = await browser.get(paths.renewRecoveryCodes)
    const answer = await send(browser, page, paths.renewRecoveryCodes, device.get(challengeIn(asked)), {
      password,
    })
    equal(answer.status, 422)
  })

  it('is asked for only of those who have one', async () => {
    const { device } = await withPasskey('Max')
    const { browser } = await signIn(device)
    match((await browser.get(paths.renewRecoveryCodes)).text, /Use a passkey instead/)
    match((await browser.get(paths.devices)).text, /make new recovery codes with a passkey/)
    const without = await test.signedIn(await test.user('Nia', { twoStep: true }))
    for (const path of [paths.renewRecoveryCodes, paths.devices])
      doesNotMatch((await without.get(path)).text, /Use a passkey instead|codes with a passkey/)
  })
})
