import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { UserInfo } from '#domain/oauth/user-info.ts'
import type { UserUid } from '#domain/user.ts'
import { Unavailable } from '#kernel/failure.ts'
import { secret } from '#kernel/secret.ts'
import { applicationCaller, type UserPush } from './push-updates.ts'

const token = 'sgn_a-token-that-nobody-may-ever-read'
const uid = '0f5a3c9e-5a5f-4f3e-8a3e-0d6c3f6f7b11' as UserUid
const body: UserInfo = {
  user: {
    uid,
    name: 'Siân Ó Dónaill',
    email: 'sian@example.gov.uk',
    permissions: ['Managing Editor', 'signin'],
    organisation_slug: null,
    organisation_content_id: null,
    disabled: false,
  },
}
const pushTo = (address: string, changes: Partial<UserPush> = {}): UserPush => ({
  application: { name: 'Whitehall', address },
  uid,
  token: secret(token),
  body,
  ...changes,
})

/** What is thrown for a call that fails; it never holds the token. */
const refusal = async (calling: Promise<void>): Promise<string> => {
  const error: unknown = await calling.then(
    () => undefined,
    (fault: unknown) => fault,
  )
  ok(error instanceof Unavailable, `${error} is what applications’ trouble is told by`)
  equal(
    `${error.message} ${error.detail} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`.includes(
      token,
    ),
    false,
  )
  return error.message
}

describe('a call to an application', () => {
  it('CC-70 is a PUT of the body, with the token and the headers that gds-api-adapters sends', async (t) => {
    const { address, calls } = await application(t)
    await applicationCaller().update(pushTo(address))

    equal(calls.length, 1)
    const { authorization, host, connection, ...headers } = calls[0]?.headers ?? {}
    deepEqual([calls[0]?.method, calls[0]?.url], ['PUT', `/auth/gds/api/users/${uid}`])
    deepEqual(
      [authorization, host, connection],
      [`Bearer ${token}`, address.slice('http://'.length), 'close'],
    )
    deepEqual(headers, {
      accept: 'application/json',
      'content-length': String(Buffer.byteLength(JSON.stringify(body))),
      'content-type': 'application/json',
      'user-agent': 'gds-api-adapters/100.0.0 (signon)',
    })
    deepEqual(JSON.parse(calls[0]?.body ?? ''), body)
  })

  it('CC-71 is a POST of {} to make a person authenticate again', async (t) => {
    const { address, calls } = await application(t)
    await applicationCaller().reauthenticate(pushTo(address))

    deepEqual(
      calls.map(({ method, url, body: sent, headers }) => [method, url, sent, headers['content-type']]),
      [['POST', `/auth/gds/api/users/${uid}/reauth`, '{}', 'application/json']],
    )
  })

  it('CC-82 percent-encodes the uid', async (t) => {
    const { address, calls } = await application(t)
    await applicationCaller().reauthenticate(pushTo(address, { uid: 'a/b?c d#é' }))

    equal(calls[0]?.url, '/auth/gds/api/users/a%2Fb%3Fc%20d%23%C3%A9/reauth')
  })

  for (const status of [200, 201, 202, 204, 206])
    it(`CC-78 succeeds with status ${status}`, async (t) => {
      const { address } = await application(t, (_request, response) => response.writeHead(status).end())
      await applicationCaller().update(pushTo(address))
    })

  for (const status of [300, 304, 400, 401, 403, 404, 410, 429, 500, 502, 503])
    it(`CC-78 fails with status ${status}, which the error names`, async (t) => {
      const { address } = await application(t, (_request, response) =>
        response.writeHead(status).end('Sorry.'),
      )
      equal(
        await refusal(applicationCaller().update(pushTo(address))),
        `Whitehall answered with status ${status}.`,
      )
    })

  for (const status of [301, 302, 303, 307, 308])
    it(`CC-78 fails with status ${status}, and follows it nowhere`, async (t) => {
      const elsewhere = await application(t)
      const { address } = await application(t, (_request, response) =>
        response.writeHead(status, { location: `${elsewhere.address}/auth/gds/api/users/${uid}` }).end(),
      )
      equal(
        await refusal(applicationCaller().update(pushTo(address))),
        `Whitehall answered with status ${status}.`,
      )
      equal(elsewhere.calls.length, 0)
    })

  it('does not read what an application answers, however long it goes on', async (t) => {
    let isOver = false
    const { address } = await application(t, (_request, response) => {
      response.on('close', () => {
        isOver = true
      })
      response.writeHead(200)
      const chatter = setInterval(() => response.write('a'.repeat(65_536)), 1)
      t.after(() => clearInterval(chatter))
    })
    await applicationCaller().update(pushTo(address))
    for (let round = 0; round < 100 && !isOver; round += 1) await pause(10)
    equal(isOver, true)
  })

  it('does not switch to another protocol', async (t) => {
    const address = await tcp(t, (socket) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: tea\r\nconnection: upgrade\r\n\r\n'),
    )
    equal(
      await refusal(applicationCaller().update(pushTo(address))),
      'Whitehall closed the connection without an answer.',
    )
  })
})

describe('an application that cannot be called', () => {
  it('refuses the connection', async (t) => {
    const address = await tcp(t, () => undefined, true)
    equal(
      await refusal(applicationCaller().update(pushTo(address))),
      'Whitehall refused the connection: it may be down.',
    )
  })

  it('closes the connection without an answer', async (t) => {
    const address = await tcp(t, (socket) => socket.once('data', () => socket.resetAndDestroy()))
    equal(
      await refusal(applicationCaller().update(pushTo(address))),
      'Whitehall closed the connection without an answer.',
    )
  })

  it('does not speak HTTP', async (t) => {
    const address = await tcp(t, (socket) => socket.end('220 mail.example ESMTP\r\n'))
    match(
      await refusal(applicationCaller().update(pushTo(address))),
      /^Whitehall answered with something that is not HTTP \(HPE_\w+\)\.$/,
    )
  })

  it('has a host name that is not known', async () => {
    match(
      await refusal(applicationCaller().update(pushTo('https://whitehall.invalid:443'))),
      /^Whitehall has an address whose host name (?:is not known|cannot be looked up just now)\.$/,
    )
  })
})

describe('patience', { concurrency: true }, () => {
  it('CC-79 waits for an answer that takes more than 2 seconds', async (t) => {
    const { address } = await application(t, (_request, response) => {
      setTimeout(() => response.end(), 2500)
    })
    await applicationCaller().update(pushTo(address))
  })

  it('CC-79 ends after 4 seconds without an answer', async (t) => {
    const { address } = await application(t, () => undefined)
    const begun = performance.now()
    equal(
      await refusal(applicationCaller().update(pushTo(address))),
      'Whitehall did not answer within 4 seconds.',
    )
    ok(performance.now() - begun >= 3990)
  })

  it('CC-79 ends after 4 seconds without a connection, in which the handshake of TLS is counted', async (t) => {
    const address = (await tcp(t, () => undefined)).replace('http:', 'https:')
    const begun = performance.now()
    equal(
      await refusal(applicationCaller().update(pushTo(address))),
      'Whitehall did not accept a connection within 4 seconds.',
    )
    ok(performance.now() - begun >= 3990)
  })

  it('is not prolonged by an answer that drips', async (t) => {
    const address = await tcp(t, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const drip = setInterval(() => socket.write('x-drip: drop\r\n'), 20)
      socket.on('close', () => clearInterval(drip))
    })
    const caller = applicationCaller({ answerMilliseconds: 500 })
    equal(await refusal(caller.update(pushTo(address))), 'Whitehall did not answer within 0.5 seconds.')
  })
})

describe('an application’s certificate', () => {
  const { certificate, key } = selfSigned()

  it('CQ-3 that nobody vouches for is refused, and the token is not sent', async (t) => {
    const { address, calls } = await application(t, undefined, { certificate, key })
    equal(
      await refusal(applicationCaller().update(pushTo(address))),
      'Whitehall has a certificate that Signon does not trust (DEPTH_ZERO_SELF_SIGNED_CERT).',
    )
    equal(calls.length, 0)
  })

  it('CQ-3 is refused whatever the environment says', async (t) => {
    const { address, calls } = await application(t, undefined, { certificate, key })
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    t.after(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'])
    await rejects(applicationCaller().update(pushTo(address)), /certificate that Signon does not trust/)
    equal(calls.length, 0)
  })

  it('CQ-3 is accepted when its authority is one that we name', async (t) => {
    const { address, calls } = await application(t, undefined, { certificate, key })
    await applicationCaller({ authorities: certificate }).update(pushTo(address))
    equal(calls.length, 1)
  })

  it('CQ-3 for another host is refused', async (t) => {
    const { address, calls } = await application(t, undefined, { certificate, key })
    equal(
      await refusal(
        applicationCaller({ authorities: certificate }).update(
          pushTo(address.replace('127.0.0.1', 'localhost')),
        ),
      ),
      'Whitehall has a certificate that Signon does not trust (ERR_TLS_CERT_ALTNAME_INVALID).',
    )
    equal(calls.length, 0)
  })
})

interface Identity {
  readonly certificate: string
  readonly key: string
}

interface Call {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** An application that answers 200 and remembers, or does as it is told. */
async function application(t: TestContext, instead?: RequestListener, identity?: Identity) {
  const calls: Call[] = []
  const answer: RequestListener = async (request, response) => {
    calls.push({
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: await text(request),
    })
    if (instead) instead(request, response)
    else response.end()
  }
  const server = identity
    ? createTlsServer({ cert: identity.certificate, key: identity.key }, answer)
    : createHttpServer(answer)
  t.after(() => server.closeAllConnections())
  return { address: `${identity ? 'https' : 'http'}://${await listening(t, server)}`, calls }
}

/** A server that does what it likes with each connection; or nothing at all at its address, when it is closed. */
async function tcp(t: TestContext, converse: (socket: Socket) => unknown, isClosed = false): Promise<string> {
  const sockets: Socket[] = []
  const server = createTcpServer((socket) => {
    sockets.push(socket.on('error', () => undefined))
    converse(socket)
  })
  const place = await listening(t, server)
  t.after(() => {
    for (const socket of sockets) socket.destroy()
  })
  if (isClosed) await once(server.close(), 'close')
  return `http://${place}`
}

async function listening(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A certificate for 127.0.0.1 that vouches for itself. */
function selfSigned(): Identity {
  const folder = mkdtempSync(join(tmpdir(), 'signon-tls-'))
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  const wanted = [
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=whitehall',
  ]
  const { status, stderr } = spawnSync(
    'openssl',
    ['req', ...wanted, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate],
    { encoding: 'utf8' },
  )
  equal(status, 0, stderr)
  const identity = { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
  rmSync(folder, { recursive: true })
  return identity
}
