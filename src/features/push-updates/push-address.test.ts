import { equal, throws } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pushAddress } from './push-address.ts'

const addressOf = (pushUri: string | null, ...redirectUris: readonly string[]): string =>
  pushAddress({ name: 'App A', pushUri, redirectUris })

const fromRedirectUris: Readonly<Record<string, readonly string[]>> = {
  'https://a.example:443': ['https://a.example/auth/gds/callback'],
  'http://a.example:80': ['http://a.example/auth/gds/callback'],
  'https://a.example:8443': ['https://a.example:8443/auth/gds/callback?x=1'],
  'http://127.0.0.1:3100': ['http://127.0.0.1:3100/auth/gds/callback'],
  'https://[::1]:443': ['https://[::1]/auth/gds/callback'],
  'https://first.example:443': ['https://first.example/callback', 'https://second.example/callback'],
}

describe('the address that pushes go to', () => {
  for (const [address, redirectUris] of Object.entries(fromRedirectUris))
    it(`CC-70 is ${address} for an application registered for ${redirectUris.join(' and ')}`, () => {
      equal(addressOf(null, ...redirectUris), address)
    })

  it('CQ-7 is the push address where the application has one', () => {
    equal(addressOf('https://push.a.example', 'https://a.example/callback'), 'https://push.a.example:443')
    equal(addressOf('http://10.0.0.7:8080/a/', 'https://a.example/callback'), 'http://10.0.0.7:8080/a')
  })

  it('has nobody’s name and password in it', () => {
    equal(
      addressOf('https://ada:lovelace@a.example/?x#y', 'https://a.example/callback'),
      'https://a.example:443',
    )
  })

  for (const address of [
    '',
    'a.example',
    'ftp://a.example/',
    'urn:ietf:wg:oauth:2.0:oob',
    'file:///etc/passwd',
  ])
    it(`is not “${address}”`, () => {
      throws(() => addressOf(null, address), { message: 'App A has no address that Signon can call.' })
    })
})
