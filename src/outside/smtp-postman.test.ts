import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { createServer, type Server } from 'node:net'
import { text as readAll } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { MailRefused } from '#domain/letter.ts'
import { Unavailable } from '#kernel/failure.ts'
import { secret } from '#kernel/secret.ts'
import { type SmtpServer, smtpPostman } from './smtp-postman.ts'

const sender = {
  name: 'GOV.UK Signon Integration',
  address: 'noreply-signon-integration@digital.cabinet-office.gov.uk',
}
const letter = {
  to: 'ann@example.gov.uk',
  subject: 'Set up your account',
  text: 'Hello Ann\n\nhttps://signon.example/users/password/edit?reset_password_token=s3cr3t-l1nk\n',
}

interface Taken {
  readonly from: string
  readonly to: readonly string[]
  readonly user: string | undefined
  readonly raw: string
}

const refusal = (responseCode: number): Error =>
  Object.assign(new Error('No mail for ann, s3cr3t-l1nk'), { responseCode })

/** A mail server that keeps what it takes. */
const mailServer = async (t: TestContext, options: SMTPServerOptions = {}) => {
  const taken: Taken[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, { envelope, user }, done) {
      readAll(stream).then((raw) => {
        const from = envelope.mailFrom ? envelope.mailFrom.address : ''
        taken.push({ from, to: envelope.rcptTo.map(({ address }) => address), user, raw })
        done()
      }, done)
    },
    ...options,
  })
  server.on('error', () => undefined)
  const port = await listening(t, server.server)
  return { port, taken }
}

const listening = async (t: TestContext, server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const postmanTo = (port: number, changes: Partial<SmtpServer> = {}, stepMilliseconds = 2000) =>
  smtpPostman({
    server: { host: '127.0.0.1', port, isTls: false, login: null, ...changes },
    sender,
    stepMilliseconds,
  })

const login = { user: 'signon', password: secret('pa:ss w0rd') }
const asksForLogin: SMTPServerOptions = {
  authOptional: false,
  allowInsecureAuth: true,
  onAuth: ({ username, password }, _session, done) =>
    username === 'signon' && password === 'pa:ss w0rd' ? done(null, { user: username }) : done(refusal(535)),
}

/** Headers by their names in lower case, unfolded. */
const headersOf = (raw: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (raw.split('\r\n\r\n')[0] ?? '')
      .replaceAll(/\r\n[ \t]+/g, ' ')
      .split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  )

const failsWith = (expected: typeof Unavailable | typeof MailRefused, words: RegExp) => (error: Error) => {
  ok(error instanceof expected, String(error.stack))
  match(error.message, words)
  for (const hidden of ['s3cr3t-l1nk', 'pa:ss', 'ann@', 'Hello'])
    ok(!`${error.message} ${error.stack} ${JSON.stringify(error)}`.includes(hidden), hidden)
  equal(error.cause, undefined)
  return true
}

describe('a letter sent by SMTP', () => {
  it('arrives as plain text from the sender to one address, and asks for no automatic answer', async (t) => {
    const { port, taken } = await mailServer(t)
    await postmanTo(port).send(letter)

    const [mail] = taken
    equal(taken.length, 1)
    deepEqual([mail?.from, mail?.to], [sender.address, ['ann@example.gov.uk']])
    const headers = headersOf(mail?.raw ?? '')
    equal(headers['from'], `"GOV.UK Signon Integration" <${sender.address}>`)
    equal(headers['to'], 'ann@example.gov.uk')
    equal(headers['subject'], 'Set up your account')
    equal(headers['auto-submitted'], 'auto-generated')
    equal(headers['reply-to'], undefined)
    match(headers['content-type'] ?? '', /^text\/plain; charset=utf-8/)
    match(mail?.raw.replaceAll('=\r\n', '').replaceAll('=3D', '=') ?? '', /reset_password_token=s3cr3t-l1nk/)
  })

  it('keeps every character of names in other scripts', async (t) => {
    const { port, taken } = await mailServer(t)
    const text = `Hello Zoë Łukasz 山田\n\n${'a long line '.repeat(200)}\n.\nQUIT\n`
    await postmanTo(port).send({ ...letter, subject: 'Zoë’s account – 山田', text })

    const raw = taken[0]?.raw ?? ''
    ok(!/[^\x20-\x7e\r\n\t]/.test(raw.split('\r\n\r\n')[0] ?? ''))
    const body = raw.slice(raw.indexOf('\r\n\r\n') + 4)
    const decoded =
      headersOf(raw)['content-transfer-encoding'] === 'base64'
        ? Buffer.from(body, 'base64').toString()
        : fromQuotedPrintable(body)
    equal(decoded.replaceAll('\r\n', '\n').trimEnd(), text.trimEnd())
  })

  it('takes no header and no second recipient from what people typed', async (t) => {
    const { port, taken } = await mailServer(t)
    await postmanTo(port).send({ ...letter, subject: 'Hello\r\nBcc: eve@evil.example\r\n\r\nClick here' })
    deepEqual(taken[0]?.to, ['ann@example.gov.uk'])
    deepEqual([headersOf(taken[0]?.raw ?? '')['bcc'], taken[0]?.raw.includes('\r\nBcc')], [undefined, false])

    for (const to of [
      'ann@example.gov.uk, eve@evil.example',
      'ann@example.gov.uk\r\nRCPT TO:<eve@evil.example>',
      'ann@example.gov.uk>\r\nRCPT TO:<eve@evil.example',
      'Eve <eve@evil.example>',
    ])
      await postmanTo(port)
        .send({ ...letter, to })
        .catch((error: unknown) => ok(error instanceof MailRefused || error instanceof Unavailable))
    deepEqual(
      taken.flatMap(({ to }) => to).filter((to) => to === 'eve@evil.example'),
      [],
    )
  })

  it('is sent with user and password where the server asks for them', async (t) => {
    const { port, taken } = await mailServer(t, asksForLogin)
    await postmanTo(port, { login }).send(letter)
    equal(taken[0]?.user, 'signon')
  })
})

const fromQuotedPrintable = (body: string): string =>
  Buffer.from(
    body
      .replaceAll('=\r\n', '')
      .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString()

describe('a mail server', () => {
  it('that refuses the recipient for good has given its answer', async (t) => {
    const { port, taken } = await mailServer(t, { onRcptTo: (_to, _session, done) => done(refusal(550)) })
    await rejects(postmanTo(port).send(letter), failsWith(MailRefused, /refuses the recipient \(550\)/))
    deepEqual(taken, [])
  })

  it('that cannot take the recipient now is tried again', async (t) => {
    const { port } = await mailServer(t, { onRcptTo: (_to, _session, done) => done(refusal(451)) })
    await rejects(postmanTo(port).send(letter), failsWith(Unavailable, /answered RCPT TO with 451/))
  })

  it('that refuses the sender, the letter or the password is tried again: that can be mended', async (t) => {
    const sender = await mailServer(t, { onMailFrom: (_from, _session, done) => done(refusal(553)) })
    await rejects(postmanTo(sender.port).send(letter), failsWith(Unavailable, /answered MAIL FROM with 553/))

    const full = await mailServer(t, {
      onData: (stream, _session, done) => {
        stream.resume()
        stream.on('end', () => done(refusal(554)))
      },
    })
    await rejects(postmanTo(full.port).send(letter), failsWith(Unavailable, /with 554/))

    const { port } = await mailServer(t, asksForLogin)
    const wrong = { user: 'signon', password: secret('pa:ss wrong') }
    const words = /refused the user or the password of SIGNON_MAIL \(535\)/
    await rejects(postmanTo(port, { login: wrong }).send(letter), failsWith(Unavailable, words))
    await rejects(postmanTo(port, { login: wrong }).check(), failsWith(Unavailable, words))
  })

  it('that is down, unknown or hangs up is tried again', async (t) => {
    const closed = createServer()
    const port = await listening(t, closed)
    await new Promise((resolve) => closed.close(resolve))
    await rejects(postmanTo(port).send(letter), failsWith(Unavailable, /refused the connection/))
    const unknown = { host: 'mail.invalid' }
    await rejects(
      postmanTo(port, unknown).send(letter),
      failsWith(Unavailable, /looked up|could not be used/),
    )
    const hangsUp = await listening(
      t,
      createServer((socket) => socket.destroy()),
    )
    await rejects(postmanTo(hangsUp).send(letter), failsWith(Unavailable, /closed the connection/))
  })

  it('that hangs, before its greeting or after it, is left', async (t) => {
    const silent = await listening(t, ending(t))
    await rejects(postmanTo(silent, {}, 100).send(letter), failsWith(Unavailable, /did not answer in time/))
    const greets = await listening(t, ending(t, '220 here\r\n'))
    await rejects(postmanTo(greets, {}, 100).send(letter), failsWith(Unavailable, /did not answer in time/))
  })

  it('that drips its answers is left, too', async (t) => {
    const drips = createServer((socket) => {
      const drip = setInterval(() => socket.write('220-still here\r\n'), 20)
      socket.on('error', () => undefined)
      socket.on('close', () => clearInterval(drip))
    })
    const port = await listening(t, drips)
    const server = { host: '127.0.0.1', port, isTls: false, login: null }
    const postman = smtpPostman({ server, sender, letterMilliseconds: 300 })
    await rejects(postman.send(letter), failsWith(Unavailable, /did not take the letter in time/))
  })

  it('with a certificate that nobody trusts is given nothing', async (t) => {
    const { port, taken } = await mailServer(t, { secure: true, authOptional: true })
    await rejects(
      postmanTo(port, { isTls: true }).send(letter),
      failsWith(Unavailable, /certificate that Signon does not trust/),
    )
    deepEqual(taken, [])
  })

  it('elsewhere that offers no encryption is not told the password', async (t) => {
    const tried: string[] = []
    const { port, taken } = await mailServer(t, {
      ...asksForLogin,
      onAuth: ({ password }, _session, done) => {
        tried.push(password ?? '')
        done(null, { user: 'signon' })
      },
    })
    // Another name of this machine, which is not known to be one.
    await rejects(
      postmanTo(port, { host: '0.0.0.0', login }).send(letter),
      failsWith(Unavailable, /encrypted connection/),
    )
    deepEqual([tried, taken], [[], []])
  })

  it('says that it would take letters, without being given one', async (t) => {
    const { port, taken } = await mailServer(t, asksForLogin)
    equal(await postmanTo(port, { login }).check(), `sent through smtp://127.0.0.1:${port}`)
    deepEqual(taken, [])
  })
})

/** A server that says at most this, and then nothing more. */
const ending = (t: TestContext, greeting = ''): Server =>
  createServer((socket) => {
    if (greeting !== '') socket.write(greeting)
    socket.on('error', () => undefined)
    t.after(() => socket.destroy())
  })
