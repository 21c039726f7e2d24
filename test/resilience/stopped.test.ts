import { deepEqual, equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { Client } from 'pg'
import { freePort } from '#test/free-port.ts'
import { startSignon } from '#test/signon.ts'
import { startSignonProcess, statusOf, until } from './processes.ts'

const test = await startSignon()
const settings = {
  DATABASE_URL: test.databaseUrl,
  SIGNON_SECRET_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  SIGNON_MAIL: 'folder:/nowhere',
  SIGNON_METRICS_PORT: '0',
  RAILS_LOG_LEVEL: 'silent',
}

describe('SIGTERM', () => {
  it('has web say that it is not ready, go on for a while, answer what is in flight, and end well', async () => {
    const application = await test.application('Asks')
    const { token } = await test.machine('In flight', application)
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const web = startSignonProcess('web', {
      ...settings,
      SIGNON_URL: url,
      PORT: String(port),
      SIGNON_DRAIN_SECONDS: '2',
    })
    const ready = `${url}/healthcheck/ready`
    await until('web is ready', async () => (await statusOf(ready)) === 200, 60)

    const holder = new Client({ connectionString: test.databaseUrl })
    await holder.connect()
    await holder.query('begin; lock table api_tokens in access exclusive mode')
    const inFlight = fetch(`${url}/user.json?client_id=${application.clientId}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    await until('the request waits', async () => {
      const { rows } = await holder.query('select from pg_locks where not granted')
      return rows.length > 0
    })
    web.kill('SIGTERM')
    await until('it says so', async () => (await statusOf(ready)) === 500)
    deepEqual(await (await fetch(ready)).json(), {
      status: 'critical',
      checks: {
        database_connectivity: { status: 'ok' },
        accepting_requests: { status: 'critical', message: 'This process is stopping.' },
      },
    })
    equal(await statusOf(`${url}/healthcheck/live`), 200)
    equal(await statusOf(`${url}/users/sign_in`), 200)
    await until('nobody listens any more', async () => (await statusOf(ready)) === 0)
    await holder.query('rollback')
    await holder.end()
    const answer = await inFlight
    equal(answer.status, 200)
    equal(((await answer.json()) as { user: { name: string } }).user.name, 'In flight')
    equal(await web.ended, 0)
  })

  it('has web answer a request that was just arriving, and end its connection with the answer', async () => {
    const port = await freePort()
    const web = startSignonProcess('web', {
      ...settings,
      SIGNON_URL: `http://127.0.0.1:${port}`,
      PORT: String(port),
    })
    const ready = `http://127.0.0.1:${port}/healthcheck/ready`
    await until('web is ready', async () => (await statusOf(ready)) === 200, 60)

    const connection = connect(port, '127.0.0.1').setEncoding('utf8')
    connection.write('GET /users/sign_in HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /users/sign_in HTTP/1.1\r\n')
    await once(connection, 'data')
    web.kill('SIGTERM')
    await until('nobody listens any more', async () => (await statusOf(ready)) === 0)
    connection.write('Host: 127.0.0.1\r\n\r\n')
    const answer = (await connection.toArray()).join('')
    const [head = ''] = answer.slice(answer.lastIndexOf('HTTP/1.1 ')).split('\r\n\r\n')
    match(head, /^HTTP\/1\.1 200 /)
    match(head, /^connection: close$/im)
    equal(await web.ended, 0)
  })
})
