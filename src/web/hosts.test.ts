import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import fastify from 'fastify'
import { refuseOtherHosts } from './hosts.ts'

const serverOf = (publicUrl: string) => {
  const server = fastify()
  refuseOtherHosts(server, publicUrl)
  for (const path of ['/users/sign_in', '/healthcheck/live', '/healthchecks'])
    server.get(path, async () => 'served')
  server.post('/oauth/token', async () => 'served')
  return server
}

const secure = serverOf('https://signon.example.gov.uk')
const statusOf = async (host: string, url = '/users/sign_in', server = secure) =>
  (await server.inject({ url, headers: { host } })).statusCode

describe('a request to another host', () => {
  it('is refused, whatever it asks for, and says what to do', async () => {
    for (const host of [
      'evil.example',
      '127.0.0.1:3000',
      'signon.example.gov.uk.evil.example',
      'evil-signon.example.gov.uk',
      'signon.example.gov.uk:8443',
      'user@signon.example.gov.uk',
      'signon.gov.uk',
      'signon.publishing.gov.uk.example',
      'notsignon.publishing.gov.uk',
      'signon.publishing.gov.uk:8443',
      ' ',
    ])
      equal(await statusOf(host), 403, host)
    for (const url of ['/nothing', '/healthchecks', '/healthcheck/../users/sign_in', '//healthcheck/live'])
      equal(await statusOf('evil.example', url), 403, url)
    const posted = await secure.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { host: 'evil.example' },
    })
    equal(posted.statusCode, 403)
    match(posted.headers['content-type'] ?? '', /^text\/plain/)
    match(posted.body, /https:\/\/signon\.example\.gov\.uk/)
    equal(posted.body.includes('evil'), false)
  })

  it('is served to whoever asks only whether we live', async () => {
    equal(await statusOf('10.0.0.7:3000', '/healthcheck/live'), 200)
  })

  it('is none when it is a name that applications in government may know Signon by', async () => {
    for (const host of ['signon.publishing.service.gov.uk', 'signon.staging.publishing.service.gov.uk'])
      equal(await statusOf(host), 200, host)
  })

  it('is none when it is ours, in other letters or with the port that goes without saying', async () => {
    deepEqual(
      await Promise.all(
        ['signon.example.gov.uk', 'Signon.Example.GOV.UK', 'signon.example.gov.uk:443'].map((host) =>
          statusOf(host),
        ),
      ),
      [200, 200, 200],
    )
    const plain = serverOf('http://localhost:3000')
    equal(await statusOf('localhost:3000', '/users/sign_in', plain), 200)
    equal(await statusOf('localhost', '/users/sign_in', plain), 403)
    equal(await statusOf('localhost:80', '/users/sign_in', serverOf('http://localhost')), 200)
  })
})
