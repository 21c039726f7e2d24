import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startSignon, type TestSignon } from '#test/signon.ts'

const test = await startSignon()

const notices = [
  ['/privacy-notice', 'Privacy notice'],
  ['/accessibility-statement', 'Accessibility statement'],
] as const

/** Links of the footer: where they lead, and what they say. */
const footerOf = (text: string): readonly (readonly [string, string])[] =>
  [
    ...(/<footer[\s\S]*<\/footer>/.exec(text)?.[0] ?? '').matchAll(
      /<a class="govuk-footer__link" href="([^"]+)">\s*([^<]+?)\s*<\/a>/g,
    ),
  ].map(([, href = '', words = '']) => [href, words])

const browsers = async ({ user, browser, signedIn, signon }: TestSignon) => {
  const ada = await user('Ada', { twoStep: true })
  const halfWay = browser()
  halfWay.cookies.set('__Host-signon_session', await signon.single.sessions.open(ada.id, 'password', {}))
  return {
    'nobody who is signed in': browser(),
    'somebody who is signed in': await signedIn(ada),
    'somebody at the second step': halfWay,
    'somebody who must set up 2-step verification': await signedIn(
      await user('Must set up', { role: 'admin' }),
    ),
  }
}

describe('the privacy notice and the accessibility statement', async () => {
  for (const [who, browser] of Object.entries(await browsers(test)))
    it(`are there for ${who}, and lead nowhere else`, async () => {
      for (const [path, title] of notices) {
        const { status, text } = await browser.get(path)
        equal(status, 200, path)
        match(text, new RegExp(`<h1[^>]*>${title}</h1>`))
        equal(browser.cookies.has('__Host-signon_return'), false)
      }
      deepEqual(await test.events(), [])
    })

  it('are linked from the foot of every page, signed in or not', async () => {
    const signedIn = await test.signedIn(await test.user('Grace'))
    for (const [browser, path] of [
      [test.browser(), '/users/sign_in'],
      [test.browser(), '/no/such/page'],
      [test.browser(), '/privacy-notice'],
      [signedIn, '/'],
    ] as const) {
      const { text } = await browser.get(path)
      match(text, /<h2 class="govuk-visually-hidden">Support links<\/h2>/, path)
      deepEqual(footerOf(text).slice(0, 2), notices, path)
    }
  })

  it('name every cookie as browsers have it, over https and without', async () => {
    const { text } = await test.browser().get('/privacy-notice')
    const plain = await startSignon({ issuer: 'http://localhost:3000' })
    const { text: plainText } = await plain.browser().get('/privacy-notice')
    for (const name of ['session', 'browser', 'visitor', 'return', 'application', 'flash']) {
      match(text, new RegExp(`>__Host-signon_${name}<`))
      match(plainText, new RegExp(`>signon_${name}<`))
    }
    match(text, />After 30 days</)
  })
})
