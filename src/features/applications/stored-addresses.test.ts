import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startSignon } from '#test/signon.ts'

const test = await startSignon({
  environment: 'development',
  issuer: 'http://signon.dev.example',
  uriSubstitution: { pattern: 'live.example', replacement: 'staging.example' },
})
const browser = await test.signedIn(await test.user('Olga', { role: 'superadmin', twoStep: true }))

// Behind http, cookies have other names.
browser.cookies.set('signon_session', browser.sessionCookie ?? '')

describe('the form of an application, in a copy of another environment', () => {
  it('shows and saves addresses as they are stored, and says how they are read', async () => {
    const { id } = await test.application('Copied', { redirectUris: ['https://app.live.example/cb'] })
    const page = await browser.get(`/applications/${id}/edit`)
    match(page.text, /<textarea[^>]*>https:\/\/app\.live\.example\/cb</)
    match(page.text, /https:\/\/app\.live\.example\/cb is read as https:\/\/app\.staging\.example\/cb/)
    const fields = [
      ['application[name]', 'Copied'],
      ['application[redirect_uris]', 'https://app.live.example/cb\nhttp://plain.dev.example/cb'],
    ] as const
    equal((await browser.post(`/applications/${id}/edit`, fields)).status, 303)
    deepEqual(await test.rows('select redirect_uris from applications where id = $1', [id]), [
      { redirect_uris: ['https://app.live.example/cb', 'http://plain.dev.example/cb'] },
    ])
  })
})
