import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stepAt } from '#domain/totp.ts'
import type { User } from '#domain/user.ts'
import { minute } from '#kernel/clock.ts'
import { codesOf } from '#outside/totp.ts'
import { authenticator, challengeIn } from '#test/authenticator.ts'
import type { TestBrowser } from '#test/browser.ts'
import { password } from '#test/people.ts'
import { operator, startSignon } from '#test/signon.ts'
import { paths } from '#web/paths.ts'
import { exemptFromTwoStep } from './exempt-from-two-step.ts'

const test = await startSignon({ environment: 'production' })
const { signon, clock } = test

/** Somebody with an authenticator app, signed in. */
const withDevice = async (name: string): Promise<{ readonly user: User; readonly browser: TestBrowser }> => {
  const user = await test.user(name, { twoStep: true })
  return { user, browser: await test.signedIn(user) }
}

/** What shows that it is them; its code is fresh. */
const confirmation = () => {
  clock.step(minute)
  return { password, current_code: test.code() }
}

/** Subject and first sentence of the only mail that waits. */
const onlyMail = async ({ email }: User) => {
  const [mail, ...others] = await test.mails()
  deepEqual([mail?.to, others.length], [email, 0])
  return [mail?.subject, mail?.text.split('\n\n')[1]]
}

const addApp = async (browser: TestBrowser, name: string) => {
  const { text } = await browser.get(paths.addDevice)
  const secret = (/signon-secret">(?<secret>[A-Z2-7 ]+)</.exec(text)?.groups?.['secret'] ?? '').replaceAll(
    ' ',
    '',
  )
  const confirmed = confirmation()
  const code = codesOf(secret)(stepAt(clock.now()))
  equal((await browser.post(paths.addDevice, { name, code, ...confirmed })).status, 303)
}

const changed = 'Your 2-step verification has been changed'

describe('the mail about a change of 2-step verification', () => {
  it('names the authenticator app that was added or removed', async () => {
    const { user, browser } = await withDevice('Ann')
    await addApp(browser, 'Laptop')
    deepEqual(await onlyMail(user), [
      changed,
      'The authenticator app “Laptop” was added to your GOV.UK Signon account. From now on its codes pass 2-step verification.',
    ])
    const [, laptop] = await signon.single.secondFactors.list(user.id)
    await browser.post(paths.removeDevice.replace(':app', String(laptop?.id)), confirmation())
    deepEqual(await onlyMail(user), [
      changed,
      'The authenticator app “Laptop” was removed from your GOV.UK Signon account. Its codes do not work any more.',
    ])
  })

  it('names the passkey that was added or removed', async () => {
    const { user, browser } = await withDevice('Ben')
    const asked = await browser.post(paths.addPasskey, { name: 'Blue key', ...confirmation() })
    const credential = authenticator(test.issuer).create(challengeIn(asked))
    const csrf = /name="csrf_token" value="([^"]+)"/.exec(asked.text)?.[1] ?? ''
    const body = new URLSearchParams({ csrf_token: csrf, name: 'Blue key', credential })
    equal((await browser.send(paths.createPasskey, { method: 'POST', body })).status, 303)
    deepEqual(await onlyMail(user), [
      changed,
      'The passkey “Blue key” was added to your GOV.UK Signon account. From now on it signs in to it.',
    ])
    const [key] = await signon.single.passkeys.list(user.id)
    await browser.post(paths.removePasskey.replace(':passkey', String(key?.id)), confirmation())
    deepEqual(await onlyMail(user), [
      changed,
      'The passkey “Blue key” was removed from your GOV.UK Signon account. It does not work any more.',
    ])
  })

  it('says that recovery codes were made anew, or one was used', async () => {
    const { user, browser } = await withDevice('Cat')
    const shown = await browser.post(paths.renewRecoveryCodes, confirmation())
    deepEqual(await onlyMail(user), [
      changed,
      'New recovery codes were made for your GOV.UK Signon account. Those that you had before do not work any more.',
    ])
    const code = /<li>(?<code>\S{19})<\/li>/.exec(shown.text)?.groups?.['code'] ?? ''
    const other = test.browser()
    await other.signIn(user.email)
    equal((await other.enterCode(code)).location, '/')
    const [mail] = await test.mails()
    match(
      mail?.text ?? '',
      /One of the recovery codes of your GOV\.UK Signon account was used instead of a device/,
    )
    match(mail?.text ?? '', /You have 1 authenticator app, no passkeys and 9 recovery codes now/)
  })

  it('is not sent for the recovery codes of a first device, which has a mail of its own', async () => {
    const user = await test.user('Dan')
    const browser = await test.signedIn(user)
    const { text } = await browser.get(paths.twoStepSetUp)
    const secret = (/signon-secret">(?<secret>[A-Z2-7 ]+)</.exec(text)?.groups?.['secret'] ?? '').replaceAll(
      ' ',
      '',
    )
    await browser.post(paths.twoStepSetUp, { code: codesOf(secret)(stepAt(clock.now())) })
    equal((await onlyMail(user))[0], '2-step verification set up')
  })

  it('lets the name of a device begin no paragraph', async () => {
    const { user, browser } = await withDevice('Eve')
    await addApp(browser, 'x”\n\nCall 0800 and say your password')
    const [mail] = await test.mails()
    equal(mail?.to, user.email)
    match(mail?.text ?? '', /“x” Call 0800 and say your password” was added/)
  })
})

describe('the mail about an exemption from 2-step verification', () => {
  const exempt = (email: string, reason: string) =>
    exemptFromTwoStep(signon, operator, { email, reason, until: '2027-03-01' })

  it('says why, until when, and that their devices are gone', async () => {
    const { user } = await withDevice('Flo')
    await exempt(user.email, 'No phone\n\nin the office')
    const [mail, ...others] = await test.mails()
    deepEqual(others, [])
    deepEqual([mail?.to, mail?.subject], [user.email, 'You are exempt from 2-step verification'])
    const text = mail?.text ?? ''
    match(text, /exempted your GOV\.UK Signon account from 2-step verification until 1 March 2027\./)
    match(text, /The reason that they gave: No phone in the office\n/)
    match(text, /Authenticator apps, passkeys and recovery codes that you had were removed/)
  })

  it('is not sent when the exemption is over before', async () => {
    const { user } = await withDevice('Gus')
    await exempt(user.email, 'No phone')
    await signon.single.twoStep.require(user.id)
    deepEqual(await test.mails(), [])
  })
})
