import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { MailRefused } from '#domain/letter.ts'
import { systemClock } from '#kernel/clock.ts'
import { Unavailable } from '#kernel/failure.ts'
import { secret } from '#kernel/secret.ts'
import { notifyPostman } from './notify-postman.ts'

const serviceId = '26785a09-ab16-4eb0-8407-a37497a57506'
const keySecret = '3d844edf-8d35-48ac-975b-e847b4f122b0'
const templateId = 'f33517ff-2a88-4f6e-b855-c550268ce08a'
const letter = {
  to: 'ann@example.gov.uk',
  subject: 'Set up your account',
  text: 'Hello Zoë\n\nhttps://signon.example/s3cr3t-l1nk\n',
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

const failure = (status: number, error: string, message: string): Answer => ({
  status,
  body: { status_code: status, errors: [{ error, message }] },
})

const template = {
  id: templateId,
  type: 'email',
  version: 1,
  subject: '((subject))',
  body: '((body))',
}

/** Notify as far as Signon needs it, and as strict: it keeps what it takes. */
const notify = async (t: TestContext, answer?: (request: IncomingMessage) => Answer | undefined) => {
  const taken: unknown[] = []
  const server = createServer(async (request, response) => {
    const body = request.method === 'POST' ? await json(request) : undefined
    const forced = answer ? answer(request) : judge(request, body)
    if (!forced) return
    if (forced.status === 201) taken.push(body)
    respond(response, forced)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken }
}

const respond = (response: ServerResponse, { status, body }: Answer): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const judge = (request: IncomingMessage, body: unknown): Answer => {
  const fault = tokenFault(request.headers.authorization ?? '')
  if (fault !== undefined) return failure(403, 'AuthError', fault)
  if (request.method === 'GET' && request.url === `/v2/template/${templateId}`)
    return { status: 200, body: template }
  if (request.method !== 'POST' || request.url !== '/v2/notifications/email')
    return failure(404, 'NoResultFound', 'No result found')
  const { template_id, email_address, personalisation, ...others } = body as Record<string, unknown>
  if (Object.keys(others).length > 0)
    return failure(400, 'ValidationError', 'Additional properties are not allowed')
  if (template_id !== templateId) return failure(400, 'BadRequestError', 'Template not found')
  if (typeof email_address !== 'string' || !/^[^@\s]+@[^@\s]+$/.test(email_address))
    return failure(400, 'ValidationError', 'email_address Not a valid email address')
  const keys = Object.keys(personalisation ?? {}).sort()
  if (keys.join() !== 'body,subject') return failure(400, 'BadRequestError', 'Missing personalisation')
  return { status: 201, body: { id: 'c0ffee00-0000-4000-8000-000000000000', template } }
}

/** What Notify’s own check says of a token (RFC 7519): signed with the secret, by the service, within 30 seconds. */
const tokenFault = (authorization: string): string | undefined => {
  const [header = '', payload = '', signature = ''] = authorization.replace(/^Bearer /, '').split('.')
  const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString() || '{}')
  const { typ, alg } = decoded(header)
  if (typ !== 'JWT' || alg !== 'HS256') return 'Invalid token: algorithm used is not HS256'
  const expected = createHmac('sha256', keySecret).update(`${header}.${payload}`).digest()
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    return 'Invalid token: API key not found'
  const { iss, iat } = decoded(payload)
  if (iss !== serviceId) return 'Invalid token: service not found'
  if (Math.abs(systemClock.now().getTime() / 1000 - iat) > 30)
    return 'Error: Your system clock must be accurate to within 30 seconds'
  return undefined
}

const postmanAt = (
  url: string,
  changes: { secretText?: string; template?: string; patience?: number } = {},
) =>
  notifyPostman(
    {
      apiKey: secret(`signon_live-${serviceId}-${changes.secretText ?? keySecret}`),
      templateId: changes.template ?? templateId,
      url,
    },
    changes.patience,
  )

const failsWith = (expected: typeof Unavailable | typeof MailRefused, words: RegExp) => (error: Error) => {
  ok(error instanceof expected, String(error.stack))
  match(error.message, words)
  for (const hidden of ['s3cr3t-l1nk', keySecret, 'ann@', 'Bearer', 'Hello'])
    ok(!`${error.message} ${error.stack} ${JSON.stringify(error)}`.includes(hidden), hidden)
  equal(error.cause, undefined)
  return true
}

describe('a letter sent by GOV.UK Notify', () => {
  it('is handed over under the service’s name with subject and body for the template', async (t) => {
    const { url, taken } = await notify(t)
    await postmanAt(url).send(letter)
    deepEqual(taken, [
      {
        template_id: templateId,
        email_address: 'ann@example.gov.uk',
        personalisation: { subject: letter.subject, body: letter.text },
      },
    ])
  })

  it('is given up when its recipient is refused', async (t) => {
    const { url, taken } = await notify(t)
    await rejects(
      postmanAt(url).send({ ...letter, to: 'nobody' }),
      failsWith(MailRefused, /refuses the recipient/),
    )
    const trial = await notify(t, () =>
      failure(400, 'BadRequestError', 'Can’t send to this recipient when service is in trial mode'),
    )
    await rejects(postmanAt(trial.url).send(letter), failsWith(MailRefused, /refuses the recipient/))
    deepEqual(taken, [])
  })

  it('waits until template or key are mended', async (t) => {
    const { url } = await notify(t)
    const unknown = postmanAt(url, { template: '00000000-0000-4000-8000-000000000000' })
    await rejects(unknown.send(letter), failsWith(Unavailable, /400: see that GOVUK_NOTIFY_TEMPLATE_ID/))
    const stranger = postmanAt(url, { secretText: '00000000-0000-4000-8000-000000000000' })
    await rejects(stranger.send(letter), failsWith(Unavailable, /403: see that GOVUK_NOTIFY_API_KEY/))
  })

  it('waits while Notify is busy, broken, redirected or away', async (t) => {
    const busy = await notify(t, () => failure(429, 'RateLimitError', 'Exceeded rate limit'))
    await rejects(postmanAt(busy.url).send(letter), failsWith(Unavailable, /status 429: more mails/))
    const broken = await notify(t, () => failure(500, 'Exception', 'Internal server error'))
    await rejects(postmanAt(broken.url).send(letter), failsWith(Unavailable, /status 500\.$/))
    const elsewhere = await notify(t, () => ({ status: 302, body: {} }))
    await rejects(postmanAt(elsewhere.url).send(letter), failsWith(Unavailable, /status 302\.$/))
    const away = postmanAt('http://127.0.0.1:1')
    await rejects(away.send(letter), failsWith(Unavailable, /could not be reached \(ECONNREFUSED\)/))
  })

  it('waits while Notify hangs', async (t) => {
    const { url } = await notify(t, () => undefined)
    await rejects(
      postmanAt(url, { patience: 100 }).send(letter),
      failsWith(Unavailable, /could not be reached \(ECONNABORTED|ETIMEDOUT\)/),
    )
  })
})

describe('Notify, asked before there is a letter,', () => {
  it('knows the key and the template', async (t) => {
    const { url, taken } = await notify(t)
    equal(await postmanAt(url).check(), 'sent through GOV.UK Notify')
    deepEqual(taken, [])
  })

  it('says when it knows neither, or when the template would not show the letter', async (t) => {
    const { url } = await notify(t)
    const unknown = postmanAt(url, { template: '00000000-0000-4000-8000-000000000000' })
    await rejects(unknown.check(), failsWith(Unavailable, /404: see that GOVUK_NOTIFY_TEMPLATE_ID/))
    const stranger = postmanAt(url, { secretText: '00000000-0000-4000-8000-000000000000' })
    await rejects(stranger.check(), failsWith(Unavailable, /403/))
    const other = await notify(t, () => ({ status: 200, body: { ...template, body: 'Dear ((name))' } }))
    await rejects(postmanAt(other.url).check(), failsWith(Unavailable, /nothing but \(\(subject\)\)/))
  })
})
