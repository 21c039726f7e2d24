import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { day, after as later, systemClock } from '#kernel/clock.ts'
import { databaseUrl, onServer, serverUrl } from '#test/database.ts'
import { freePort } from '#test/free-port.ts'
import { password } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const operator = userInfo().username
const folder = await mkdtemp(join(tmpdir(), 'signon-commands-'))
after(() => rm(folder, { recursive: true, force: true }))

const settings = {
  DATABASE_URL: test.databaseUrl,
  SIGNON_URL: 'https://signon.example.gov.uk',
  SIGNON_SECRET_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  SIGNON_MAIL: `folder:${join(folder, 'mails')}`,
  GOVUK_ENVIRONMENT: 'integration',
  PATH: process.env['PATH'],
  USER: 'mallory',
}

interface Given {
  readonly input?: string
  readonly settings?: Readonly<Record<string, string | undefined>>
}

/** Runs the real thing, from another folder, and waits for it. */
const run = async (line: readonly string[], given: Given = {}) => {
  const child = spawn(join(import.meta.dirname, '../../bin/signon'), line, {
    cwd: folder,
    env: { ...settings, ...given.settings },
  })
  child.stdin.end(given.input ?? '')
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code, out, err }
}

/** Runs a command that must succeed, and reads its one document. */
const json = async (line: readonly string[], given?: Given) => {
  const { code, out, err } = await run([...line, '--json'], given)
  deepEqual({ code, err }, { code: 0, err: '' }, line.join(' '))
  return JSON.parse(out)
}

/** Runs a command that must not succeed, and reads why. */
const refusal = async (
  line: readonly string[],
  given?: Given,
): Promise<readonly [number, string, string]> => {
  const { code, out, err } = await run([...line, '--json'], given)
  equal(out, '', line.join(' '))
  const { error } = JSON.parse(err)
  deepEqual(Object.keys(error), ['code', 'message'])
  return [code, error.code, error.message]
}

describe('the command line', () => {
  it('explains itself, as a whole, in parts and command by command', async () => {
    const { code, out } = await run(['--help'])
    equal(code, 0)
    match(out, /users create {2,}Create a person/)
    match((await run(['api-tokens', '--help'])).out, /api-tokens revoke ID/)
    match(
      (await run(['users', 'grant', '--help'])).out,
      /users grant EMAIL --application NAME(.|\n)*--permission P/,
    )
    ok((await json(['users', 'grant', '--help'])).help)
    for (const [earlier, now] of [
      ['organisations fetch', 'organisations import'],
      ['users delete-expired-never-signed-in', 'users delete-never-signed-in'],
      ['event-log delete-logs-older-than-two-years', 'events delete-older-than-two-years'],
      ['users set-2sv-for-org', 'organisations require-2sv'],
      ['data-hygiene close-organisation', 'organisations close'],
      ['data-hygiene bulk-update-user-organisation', 'organisations merge'],
      ['oauth-access-grants delete-expired', 'oauth-access-records delete-expired'],
    ] as const) {
      const help = (await run([...earlier.split(' '), '--help'])).out
      ok(help.includes(`The same as ‘${now}’.`) && help.includes('--dry-run'), help)
    }
  })

  it('answers wrong usage with 2, and says what to do', async () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['', /Say what to do/],
      ['users creat', /There is no command ‘users creat’. Did you mean ‘users create’/],
      [
        'users suspend a@b.gov.uk --reason --json',
        /--reason needs a value.*bin\/signon users suspend --help/,
      ],
      ['api-tokens revoke abc', /number/],
    ]
    for (const [line, words] of wrong) {
      const [code, kind, message] = await refusal(line.split(' ').filter(Boolean))
      deepEqual([code, kind], [2, 'usage'], line)
      match(message, words, line)
    }
    const { code, out, err } = await run(['users', 'creat'])
    deepEqual([code, out], [2, ''])
    equal(err.trim().split('\n').length, 1)
  })

  it('takes no secret as an argument, and does not repeat it', async () => {
    for (const line of [
      ['--password', password],
      [`--password=${password}`],
      ['--password-stdin', password],
    ]) {
      const { code, out, err } = await run([
        'users',
        'create',
        '--name',
        'N',
        '--email',
        'n@example.gov.uk',
        ...line,
      ])
      deepEqual([code, out], [2, ''])
      doesNotMatch(err, /horse/)
    }
    match(
      (await refusal(['applications', 'rotate-secret', 'X', '--secret', 'y']))[2],
      /never given as arguments/,
    )
  })

  it('lists every fault of the settings, and says in one sentence that the database is away', async () => {
    const [code, kind, message] = await refusal(['users', 'show', 'x'], {
      settings: { SIGNON_URL: 'nonsense', SIGNON_SECRET_KEYS: '', PORT: 'x' },
    })
    deepEqual([code, kind], [1, 'invalid'])
    match(message, /SIGNON_URL(.|\n)*SIGNON_SECRET_KEYS(.|\n)*PORT/)

    const away = { settings: { DATABASE_URL: 'postgresql://127.0.0.1:1/nothing' } }
    const { code: failed, err } = await run(['applications', 'list'], away)
    equal(failed, 1)
    match(err, /cannot reach its database/)
    equal(err.trim().split('\n').length, 1)
    const strange = databaseUrl(serverUrl(), 'never_there')
    deepEqual((await refusal(['users', 'show', 'x'], { settings: { DATABASE_URL: strange } })).slice(0, 2), [
      1,
      'unavailable',
    ])
  })
})

describe('bin/signon users', () => {
  const create = (email: string, more: readonly string[] = []) =>
    json(['users', 'create', '--name', 'Ada Lovelace', '--email', email, '--password-stdin', ...more], {
      input: `${password}\n`,
    })

  it('creates somebody who can sign in, from standard input or a file', async () => {
    const organisation = `insert into organisations (content_id, slug, name, created_at, updated_at)
      values ('af07d5a5-df63-4ddc-9383-6a666845ebe9', 'gds', 'GDS', '2026-01-01', '2026-01-01')`
    await test.rows(organisation)
    const created = await create('ada@example.gov.uk', [
      '--role',
      'organisation_admin',
      '--organisation',
      'gds',
    ])
    deepEqual(created, {
      id: created.id,
      uid: created.uid,
      name: 'Ada Lovelace',
      email: 'ada@example.gov.uk',
      role: 'organisation_admin',
      organisation: 'gds',
      status: 'active',
    })
    match(created.uid, /^[\da-f-]{36}$/)
    equal((await test.browser().signIn('ada@example.gov.uk')).location, '/')

    const file = join(folder, 'password')
    await writeFile(file, `${password}\n`)
    await json(['users', 'create', '--name', 'B', '--email', 'b@example.gov.uk', '--password-file', file])
    equal((await test.browser().signIn('b@example.gov.uk')).location, '/')
  })

  it('invites whoever gets no password, and again', async () => {
    const line = ['users', 'create', '--name', 'Ivy', '--email', 'ivy@example.gov.uk', '--role', 'admin']
    const invited = await json(line)
    deepEqual([invited.email, invited.role, invited.status], ['ivy@example.gov.uk', 'admin', 'invited'])
    equal((await json(['users', 'show', 'ivy@example.gov.uk'])).status, 'invited')
    match((await run(['users', 'resend-invitation', 'Ivy@example.gov.uk'])).out, /ivy@.*good for 2 weeks/)
    const letters = (await test.mails()).map(({ to, subject }) => `${to} ${subject}`)
    const one = 'ivy@example.gov.uk [Test] Set up your GOV.UK publishing account'
    deepEqual(letters, [one, one])

    await test.signon.single.invitations.accept(invited.id)
    const [code, kind, message] = await refusal(['users', 'resend-invitation', 'ivy@example.gov.uk'])
    deepEqual(
      [code, kind, message],
      [1, 'conflict', 'Invitation for ivy@example.gov.uk has already been accepted'],
    )
  })

  it('suspends, reminds and deletes those who do not sign in, and says before whom', async () => {
    const now = systemClock.now()
    const ago = (days: number): Date => later(now, -days * day)
    const [unused, nearly, never] = [
      await test.user('Unused'),
      await test.user('Nearly'),
      await test.user('Never'),
    ]
    await test.rows('update sign_in_states set last_signed_in_at = $2 where user_id = $1', [
      unused.id,
      ago(60),
    ])
    await test.rows('update sign_in_states set last_signed_in_at = $2 where user_id = $1', [
      nearly.id,
      ago(35),
    ])
    await test.rows('update users set invited_at = $2, password_hash = null where id = $1', [
      never.id,
      ago(100),
    ])
    const lastDay = ago(-10).toISOString().slice(0, 10)
    equal((await json(['users', 'show', nearly.email])).sign_in_by, lastDay)

    for (const [words, { email }, done] of [
      ['suspend-inactive', unused, 'suspended'],
      ['send-suspension-reminders', nearly, 'reminded'],
      ['delete-never-signed-in', never, 'deleted'],
    ] as const) {
      const rehearsal = await json(['users', words, '--dry-run'])
      deepEqual([rehearsal.matched, rehearsal.changed, rehearsal.dry_run], [1, 0, true], words)
      deepEqual(rehearsal.details, [{ email, outcome: `would be ${done}` }])
      const { matched, changed, details } = await json(['users', words])
      deepEqual([matched, changed, details], [1, 1, [{ email, outcome: done }]], words)
      match((await run(['users', words])).out, new RegExp(`^0 found, 0 ${done}`))
    }
  })

  it('refuses a bad password, an unknown role and an unknown organisation', async () => {
    const line = ['users', 'create', '--name', 'C', '--email', 'c@example.gov.uk']
    const piped = [...line, '--password-stdin']
    const refusals = await Promise.all([
      refusal([...piped, '--password-file', 'x'], { input: password }),
      refusal([...piped, '--role', 'king'], { input: password }),
      refusal(piped),
      refusal(piped, { input: 'short' }),
      refusal([...line, '--password-file', 'nowhere']),
      refusal([...piped, '--organisation', 'nowhere'], { input: password }),
    ])
    const codes = refusals.map(([code, kind]) => [code, kind])
    const [usage, invalid] = [
      [2, 'usage'],
      [1, 'invalid'],
    ]
    deepEqual(codes, [usage, usage, invalid, invalid, invalid, [1, 'not-found']])
  })

  it('gives somebody another address, which they have yet to confirm', async () => {
    await create('old@example.gov.uk')
    const changed = await json(['users', 'change-email', 'Old@example.gov.uk', 'New@example.gov.uk'])
    deepEqual([changed.email, changed.pending_email], ['old@example.gov.uk', 'new@example.gov.uk'])
    const [code, kind] = await refusal(['users', 'change-email', 'old@example.gov.uk', 'old@example.gov.uk'])
    deepEqual([code, kind], [1, 'conflict'])
  })

  it('BO-Q3 suspends, unsuspends and unlocks as the operator who ran it', async () => {
    const { uid } = await create('sue@example.gov.uk')
    const suspended = await json(['users', 'suspend', 'Sue@example.gov.uk', '--reason', 'left'])
    deepEqual([suspended.uid, suspended.status, suspended.suspension_reason], [uid, 'suspended', 'left'])
    equal((await json(['users', 'unsuspend', 'sue@example.gov.uk'])).status, 'active')
    match((await run(['users', 'unlock', 'sue@example.gov.uk'])).out, /was not locked/)
    await test.rows(
      'update sign_in_states set locked_at = $1, failed_attempts = 6 from users where id = user_id and uid = $2',
      [new Date('2100-01-01'), uid],
    )
    equal((await json(['users', 'unlock', 'sue@example.gov.uk'])).was_locked, true)

    const actors = await test.rows(
      'select distinct actor_kind, actor_name from events where about_uid = $1',
      [uid],
    )
    deepEqual(actors, [{ actor_kind: 'console', actor_name: operator }])
    await json(['users', 'suspend', 'sue@example.gov.uk', '--reason', 'x'], {
      settings: { SUDO_USER: 'sam', USER: 'root' },
    })
    const [last] = await test.rows<{ actor_name: string }>(
      'select actor_name from events order by id desc limit 1',
    )
    equal(last?.actor_name, process.getuid?.() === 0 ? 'sam' : operator)
  })

  it('resets 2-step verification, requires it, and exempts from it', async () => {
    const lost = await test.user('Lost', { twoStep: true })
    const factorsOf = (id: number) => test.rows('select from totp_factors where user_id = $1', [id])
    const stateOf = async (id: typeof lost.id) => test.signon.single.twoStep.find(id)
    const documentOf = ({ id, uid, email }: typeof lost) => ({ id, uid, email })
    await test.mails()

    deepEqual(await json(['users', 'reset-2sv', 'Lost@example.gov.uk']), documentOf(lost))
    deepEqual(await factorsOf(lost.id), [])
    const [code, kind, message] = await refusal(['users', 'reset-2sv', lost.email])
    deepEqual([code, kind], [1, 'conflict'])
    match(message, /lost@example\.gov\.uk has not set up 2-step verification/)

    const until = later(systemClock.now(), 30 * day)
      .toISOString()
      .slice(0, 10)
    const exempt = ['users', 'exempt-2sv', lost.email, '--reason', 'no phone', '--until']
    deepEqual(await json([...exempt, until]), { ...documentOf(lost), exempt_until: until })
    deepEqual((await stateOf(lost.id)).exemption, { reason: 'no phone', until })
    deepEqual((await refusal([...exempt, '2027-02-30'])).slice(0, 2), [1, 'invalid'])
    deepEqual((await refusal(['users', 'exempt-2sv', lost.email, '--until', until])).slice(0, 2), [
      2,
      'usage',
    ])

    match((await run(['users', 'require-2sv', lost.email])).out, /lost@example\.gov\.uk must use 2-step/)
    const { isRequired, isExempt } = await stateOf(lost.id)
    deepEqual([isRequired, isExempt], [true, false])
    deepEqual((await refusal(['users', 'require-2sv', lost.email])).slice(0, 2), [1, 'conflict'])

    deepEqual(await test.events(lost.uid), [19, 39, 41, 42])
    const subjects = (await test.mails()).map(({ subject }) => subject)
    deepEqual(subjects, [
      '[Test] 2-step verification has been reset',
      '[Test] Make your Signon account more secure',
    ])
    for (const words of ['reset-2sv', 'require-2sv'])
      deepEqual((await refusal(['users', words, 'nobody@example.gov.uk'])).slice(0, 2), [1, 'not-found'])
    const boss = await test.user('Boss', { role: 'admin' })
    const [, refused] = await refusal(['users', 'exempt-2sv', boss.email, '--reason', 'x', '--until', until])
    equal(refused, 'conflict')
  })

  it('sets a password, which somebody needs whose suspension has ended', async () => {
    const { uid, email } = await create('una@example.gov.uk')
    await json(['users', 'suspend', email, '--reason', 'away'])
    match(
      (await run(['users', 'unsuspend', email])).out,
      /old password is gone(.|\n)*users set-password una@example\.gov\.uk --password-stdin/,
    )
    equal((await test.browser().signIn(email)).status, 200)

    const line = ['users', 'set-password', email]
    deepEqual((await refusal(line)).slice(0, 2), [2, 'usage'])
    deepEqual((await refusal([...line, '--password-stdin'], { input: 'short' })).slice(0, 2), [1, 'invalid'])
    deepEqual((await refusal([...line, '--password-stdin'], { input: password })).slice(0, 2), [1, 'invalid'])
    const another = 'pretext annoying headpiece waviness header slinky'
    const set = await json([...line, '--password-stdin'], { input: `${another}\n` })
    deepEqual([set.uid, set.status], [uid, 'active'])
    equal((await test.browser().signIn(email, another)).location, '/')
    const names = (await json(['events', 'list', '--user', email])).map(({ name }: { name: string }) => name)
    ok(names.includes('password-set'))
  })

  it('grants and revokes, and shows what is held', async () => {
    await test.application('Whitehall', { permissions: ['editor', 'writer'] })
    const { email } = await test.user('Gina')
    const grant = ['users', 'grant', email, '--application', 'Whitehall']
    deepEqual(
      (await json([...grant, '--permission', 'editor', '--permission', 'writer', '--dry-run'])).dry_run,
      true,
    )
    deepEqual(await json([...grant, '--permission', 'editor', '--permission', 'writer']), {
      email,
      application: 'Whitehall',
      added: ['signin', 'editor', 'writer'],
      permissions: ['signin', 'editor', 'writer'],
    })
    deepEqual((await json(grant)).added, [])
    const revoke = ['users', 'revoke', email, '--application', 'Whitehall']
    deepEqual((await json([...revoke, '--permission', 'writer'])).removed, ['writer'])
    const shown = await json(['users', 'show', email])
    deepEqual(shown.permissions, { Whitehall: ['signin', 'editor'] })
    deepEqual(Object.keys(shown), [
      'id',
      'uid',
      'name',
      'email',
      'role',
      'organisation',
      'status',
      'permissions',
    ])
    deepEqual((await json(revoke)).removed, ['signin', 'editor'])
    deepEqual((await refusal(['users', 'show', 'nobody@example.gov.uk'])).slice(0, 2), [1, 'not-found'])
  })

  it('gives people sentences, and nothing that their terminal would obey', async () => {
    const { email } = await test.user('Eve\u001b[2J')
    const { code, out } = await run(['users', 'show', email])
    equal(code, 0)
    match(out, /^name +Eve \[2J$/m)
    const stranger = await run(['users', 'show', 'nobody@example.gov.uk'])
    deepEqual([stranger.code, stranger.err], [1, 'There is no account for nobody@example.gov.uk.\n'])
  })
})

describe('bin/signon applications', () => {
  const redirect = ['--redirect-uri', 'https://app.example.gov.uk/callback']

  it('creates one, shows its secret once, and gives it another', async () => {
    const line = [
      'applications',
      'create',
      '--name',
      'Manuals',
      ...redirect,
      '--redirect-uri',
      'http://localhost:3000/cb',
    ]
    const created = await json([
      ...line,
      '--description',
      'D',
      '--permission',
      'editor',
      '--permission',
      'gds',
    ])
    deepEqual(created.redirect_uris, ['https://app.example.gov.uk/callback', 'http://localhost:3000/cb'])
    const [id, secret] = [created.client_id, created.client_secret]
    equal(await test.signon.single.applications.authenticate(id, secret), created.id)

    const rotated = await json(['applications', 'rotate-secret', 'Manuals'])
    equal(await test.signon.single.applications.authenticate(id, rotated.client_secret), created.id)
    const list = await run(['applications', 'list', '--json'])
    doesNotMatch(list.out, new RegExp(`${secret}|${rotated.client_secret}`))
    const listed = JSON.parse(list.out).find(({ name }: { name: string }) => name === 'Manuals')
    deepEqual([listed.id, listed.client_id, listed.retired_at], [created.id, id, null])
    match((await run(['applications', 'list'])).out, /^Manuals +\S{43} +active/m)
  })

  it('retires one', async () => {
    await json(['applications', 'create', '--name', 'Leaving', ...redirect])
    ok((await json(['applications', 'retire', 'leaving'])).retired_at)
    const refusals = await Promise.all([
      refusal(['applications', 'retire', 'Leaving']),
      refusal(['applications', 'retire', 'Nowhere']),
      refusal(['applications', 'rotate-secret', 'Nowhere']),
    ])
    deepEqual(
      refusals.map(([code, kind]) => [code, kind]),
      [
        [1, 'conflict'],
        [1, 'not-found'],
        [1, 'not-found'],
      ],
    )
  })

  it('takes plain http in development only, where Signon itself has it', async () => {
    const line = [
      'applications',
      'create',
      '--name',
      'Plain',
      '--redirect-uri',
      'http://app.dev.gov.uk/callback',
    ]
    deepEqual(await refusal(line), [1, 'invalid', 'The redirect address must begin with https.'])
    const development = { GOVUK_ENVIRONMENT: 'development' }
    equal((await refusal(line, { settings: development }))[1], 'invalid')
    await json(line, { settings: { ...development, SIGNON_URL: 'http://signon.dev.gov.uk' } })
    await json(['applications', 'retire', 'Plain'])
  })

  it('moves all to another domain, after a rehearsal', async () => {
    await json([
      'applications',
      'create',
      '--name',
      'Mover',
      '--redirect-uri',
      'https://mover.old.test/callback',
    ])
    const line = ['applications', 'migrate-domain', '--from', 'old.test', '--to', 'new.test']
    const details = [
      {
        application: 'Mover',
        field: 'redirect_uri',
        from: 'https://mover.old.test/callback',
        to: 'https://mover.new.test/callback',
      },
    ]
    deepEqual(await json([...line, '--dry-run']), { matched: 1, changed: 0, details, dry_run: true })
    deepEqual(await json(line), { matched: 1, changed: 1, details })
    deepEqual(await json(line), { matched: 0, changed: 0, details: [] })
  })
})

describe('bin/signon api-users, api-tokens and events', () => {
  it('creates a machine and its tokens, lists and revokes them', async () => {
    await test.application('Content store')
    const robot = await json(['api-users', 'create', '--name', 'Robot', '--email', 'robot@example.gov.uk'])
    deepEqual(Object.keys(robot), ['id', 'uid', 'name', 'email'])
    const line = [
      'api-tokens',
      'create',
      '--api-user',
      'robot@example.gov.uk',
      '--application',
      'Content store',
    ]
    const { id, token, application, expires_at } = await json([
      ...line,
      '--days',
      '30',
      '--purpose',
      'nightly',
    ])
    match(token, /^sgn_[\w-]{43}$/)
    equal(application, 'Content store')
    match(expires_at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    const milliseconds = new Date(expires_at).getTime() - systemClock.now().getTime()
    equal(Math.round(milliseconds / day), 30)

    const list = await run(['api-tokens', 'list', '--json'])
    doesNotMatch(list.out, new RegExp(token))
    const [listed] = JSON.parse(list.out)
    deepEqual(
      [listed.id, listed.api_user, listed.state, listed.purpose],
      [id, robot.email, 'live', 'nightly'],
    )
    equal((await json(['api-tokens', 'revoke', String(id)])).state, 'revoked')
    deepEqual((await refusal(['api-tokens', 'revoke', String(id)])).slice(0, 2), [1, 'conflict'])
    deepEqual((await refusal(['api-tokens', 'revoke', '999999'])).slice(0, 2), [1, 'not-found'])

    const numbers = (await json(['events', 'list', '--user', robot.email])).map(
      ({ number }: { number: number }) => number,
    )
    deepEqual(numbers, [30, 29, 35, 27])
    const [event] = await json(['events', 'list', '--user', robot.email, '--limit', '1'])
    deepEqual(
      [event.name, event.words, event.email, event.application, event.actor],
      ['api-token-revoked', 'Access token revoked', robot.email, 'Content store', operator],
    )
    match(
      (await run(['events', 'list', '--limit', '1'])).out,
      new RegExp(`Access token revoked for Content store by ${operator}`),
    )
  })

  it('makes no token for a person', async () => {
    const { email } = await test.user('Percy')
    const line = ['api-tokens', 'create', '--api-user', email, '--application', 'Content store']
    deepEqual((await refusal(line)).slice(0, 2), [1, 'conflict'])
  })
})

describe('bin/signon migrate and doctor', () => {
  it('brings an empty database up to date, which every other command asks for', async () => {
    const name = `signon_test_empty_${process.pid}`
    await onServer(serverUrl(), `create database ${name}`)
    const empty = { settings: { DATABASE_URL: databaseUrl(serverUrl(), name) } }
    try {
      const { code, err } = await run(['users', 'show', 'x@example.gov.uk'], empty)
      deepEqual([code, err], [1, 'The database is not up to date. Run bin/signon migrate first.\n'])
      const before = await json(['migrate', 'status'], empty)
      deepEqual([before.up_to_date, before.migrations[0].applied_at], [false, null])
      const { code: ill, out, err: problem } = await run(['doctor'], empty)
      equal(ill, 1)
      match(out, /MEND +migrations +.*bin\/signon migrate/)
      match(problem, /migrations must be mended/)
      for (const role of ['web', 'worker']) {
        const { code: ended, err: why } = await run([role], empty)
        deepEqual([ended, why], [1, 'The database is not up to date. Run bin/signon migrate first.\n'], role)
      }

      deepEqual(
        (await json(['migrate'], empty)).applied,
        before.migrations.map((one: { name: string }) => one.name),
      )
      deepEqual((await json(['migrate'], empty)).applied, [])
      equal((await json(['migrate', 'status'], empty)).up_to_date, true)
      deepEqual((await refusal(['users', 'show', 'x@example.gov.uk'], empty)).slice(0, 2), [1, 'not-found'])
      equal((await json(['doctor'], empty)).ok, true)
    } finally {
      await onServer(serverUrl(), `drop database if exists ${name} with (force)`)
    }
  })

  it('says what to mend: settings, the database, the mail server, a lost key, missing months', async () => {
    const examine = async (changed: Given['settings']) => {
      const { code, out } = await run(['doctor', '--json'], { settings: { ...changed } })
      equal(code, 1)
      return JSON.parse(out)
        .checks.filter(({ ok: isWell }: { ok: boolean }) => !isWell)
        .map(({ name }: { name: string }) => name)
    }
    deepEqual(await examine({ SIGNON_SECRET_KEYS: 'x' }), ['settings'])
    deepEqual(await examine({ DATABASE_URL: 'postgresql://127.0.0.1:1/nothing' }), ['database'])
    deepEqual(await examine({ GOVUK_ENVIRONMENT: 'development' }), ['environment'])
    deepEqual(await examine({ SIGNON_MAIL: 'smtp://127.0.0.1:1' }), ['mail'])
    match((await run(['doctor'])).out, /^note +proxies +SIGNON_TRUSTED_PROXIES/m)

    const pushed = await test.application('Pushed')
    const { tokenId } = await test.machine('Pusher', pushed)
    await test.signon.transaction((work) => work.pushCredentials.put(pushed.id, tokenId, 'a token'))
    const otherKeys = { SIGNON_SECRET_KEYS: `other:${Buffer.alloc(32, 8).toString('base64')}` }
    deepEqual(await examine(otherKeys), ['keys'])
    await test.rows(`do $$ declare month text; begin
      for month in select inhrelid::regclass::text from pg_inherits where inhparent = 'events'::regclass and inhrelid::regclass::text <> 'events_other'
      loop execute 'alter table events detach partition ' || month; end loop; end $$`)
    deepEqual(await examine({}), ['event log'])
  })
})

/** The status of what is there for those who ask for that host. */
const statusOf = (port: number, path: string, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers: { host }, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).on('error', reject)
  })

describe('bin/signon web and worker', () => {
  it('says which setting is wrong when it cannot listen there', async () => {
    for (const host of ['192.0.2.1', 'nowhere.invalid'])
      deepEqual(
        (await run(['web'], { settings: { SIGNON_HOST: host } })).err,
        `${host} is no address of this machine. Set SIGNON_HOST.\n`,
      )
  })

  for (const role of ['web', 'worker'])
    it(`${role} serves until SIGTERM, and then ends well`, async () => {
      const port = await freePort()
      const child = spawn(join(import.meta.dirname, '../../bin/signon'), [role], {
        env: { ...settings, PORT: String(port) },
      })
      const ended = once(child, 'exit')
      let log = ''
      child.stdout.on('data', (part) => {
        log += String(part)
      })
      while (!log.includes(`${role} is ready`) && child.exitCode === null) await pause(100)
      if (role === 'web')
        deepEqual(
          await Promise.all([
            statusOf(port, '/users/sign_in', 'signon.example.gov.uk'),
            statusOf(port, '/users/sign_in', `127.0.0.1:${port}`),
            statusOf(port, '/healthcheck/ready', `127.0.0.1:${port}`),
          ]),
          [200, 403, 200],
        )
      child.kill('SIGTERM')
      deepEqual(await ended, [0, null])
    })
})
