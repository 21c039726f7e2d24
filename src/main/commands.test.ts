import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, describe, it } from 'node:test'
import { databaseUrl, makeDatabase, onServer, serverUrl } from '#test/database.ts'
import { freePort } from '#test/free-port.ts'
import { password } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const folder = await mkdtemp(join(tmpdir(), 'signon-commands-'))
after(() => rm(folder, { recursive: true, force: true }))

const settings = {
  DATABASE_URL: test.databaseUrl,
  SIGNON_URL: 'https://signon.example.gov.uk',
  SIGNON_SECRET_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  GOVUK_ENVIRONMENT: 'integration',
  PATH: process.env['PATH'],
  USER: 'olive',
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
      /users grant EMAIL --application NAME[^]*--permission P/,
    )
    ok((await json(['users', 'grant', '--help'])).help)
  })

  it('explains every command, without settings', async () => {
    const { out } = await run(['--help'], {
      settings: { DATABASE_URL: '', SIGNON_URL: '', SIGNON_SECRET_KEYS: '' },
    })
    const words = [...out.matchAll(/^ {2}([a-z\d -]+?)(?: [A-Z]+)? {2}/gm)].map(([, found]) =>
      String(found).split(' '),
    )
    ok(words.length >= 20, out)
    for (const line of words)
      equal((await run([...line, '--help'], { settings: { SIGNON_URL: '' } })).code, 0, line.join(' '))
  })

  it('answers wrong usage with 2, and a guess', async () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['', /Say what to do/],
      ['user show', /users show/],
      ['users', /create, show, suspend/],
      ['users creat', /users create/],
      ['migrate statsu', /migrate status/],
      ['users show', /EMAIL must be given/],
      ['users show a@b.gov.uk c@d.gov.uk', /takes only EMAIL/],
      ['users suspend a@b.gov.uk', /--reason must be given/],
      ['users suspend a@b.gov.uk --reason', /--reason needs a value/],
      ['users suspend a@b.gov.uk --reason --json', /--reason needs a value/],
      ['users suspend a@b.gov.uk --reason x --reason y', /once only/],
      ['applications migrate-domain --form a --to b', /--from/],
      ['applications migrate-domain --from a --to b --dry-run=no', /takes no value/],
      ['api-tokens revoke abc', /number/],
      ['api-tokens create --api-user a@b.gov.uk --application X --days soon', /whole number/],
      ['events list --limit 0', /whole number/],
      ['applications list everything', /takes no arguments/],
    ]
    for (const [line, words] of wrong) {
      const [code, kind, message] = await refusal(line.split(' ').filter(Boolean))
      deepEqual([code, kind], [2, 'usage'], line)
      match(message, words, line)
    }
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
    match(message, /SIGNON_URL[^]*SIGNON_SECRET_KEYS[^]*PORT/)

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

  it('asks for a password, and refuses a bad one, a taken address and an unknown role or organisation', async () => {
    const line = ['users', 'create', '--name', 'C', '--email', 'c@example.gov.uk']
    const [code, , message] = await refusal(line)
    equal(code, 2)
    match(message, /standard input/)
    deepEqual((await refusal([...line, '--password-stdin'], { input: 'short' })).slice(0, 2), [1, 'invalid'])
    deepEqual((await refusal([...line, '--password-stdin'])).slice(0, 2), [1, 'invalid'])
    equal((await refusal([...line, '--password-stdin', '--role', 'king'], { input: password }))[0], 2)
    equal((await refusal([...line, '--password-stdin', '--password-file', 'x'], { input: password }))[0], 2)
    deepEqual((await refusal([...line, '--password-file', 'nowhere'])).slice(0, 2), [1, 'invalid'])
    const nowhere = [...line, '--password-stdin', '--organisation', 'nowhere']
    deepEqual((await refusal(nowhere, { input: password })).slice(0, 2), [1, 'not-found'])
    await test.user('Taken')
    const taken = ['users', 'create', '--name', 'T', '--email', 'taken@example.gov.uk', '--password-stdin']
    deepEqual((await refusal(taken, { input: password })).slice(0, 2), [1, 'conflict'])
  })

  it('suspends, unsuspends and unlocks as the operator who ran it', async () => {
    const { uid } = await create('sue@example.gov.uk')
    const suspended = await json(['users', 'suspend', 'Sue@example.gov.uk', '--reason', 'left'])
    deepEqual([suspended.uid, suspended.status, suspended.suspension_reason], [uid, 'suspended', 'left'])
    deepEqual((await refusal(['users', 'suspend', 'sue@example.gov.uk', '--reason', 'left'])).slice(0, 2), [
      1,
      'conflict',
    ])
    equal((await json(['users', 'unsuspend', 'sue@example.gov.uk'])).status, 'active')
    deepEqual((await refusal(['users', 'unsuspend', 'sue@example.gov.uk'])).slice(0, 2), [1, 'conflict'])
    match((await run(['users', 'unlock', 'sue@example.gov.uk'])).out, /was not locked/)
    await test.rows('update users set locked_at = $1, failed_attempts = 6 where uid = $2', [
      new Date('2100-01-01'),
      uid,
    ])
    equal((await json(['users', 'unlock', 'sue@example.gov.uk'])).was_locked, true)

    const actors = await test.rows(
      'select distinct actor_kind, actor_name from events where about_uid = $1',
      [uid],
    )
    deepEqual(actors, [{ actor_kind: 'console', actor_name: 'olive' }])
    await json(['users', 'suspend', 'sue@example.gov.uk', '--reason', 'x'], {
      settings: { SUDO_USER: 'sam', USER: 'root' },
    })
    const [last] = await test.rows<{ actor_name: string }>(
      'select actor_name from events order by id desc limit 1',
    )
    equal(last?.actor_name, 'sam')
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
    deepEqual((await refusal([...grant, '--permission', 'king'])).slice(0, 2), [1, 'not-found'])
    deepEqual((await refusal(['users', 'grant', email, '--application', 'Nowhere'])).slice(0, 2), [
      1,
      'not-found',
    ])
    deepEqual((await refusal(['users', 'show', 'nobody@example.gov.uk'])).slice(0, 2), [1, 'not-found'])
  })

  it('gives people sentences, and nothing that their terminal would obey', async () => {
    const { email } = await test.user('Eve\u001b[2J')
    const { code, out } = await run(['users', 'show', email])
    equal(code, 0)
    match(out, /^name +Eve \[2J$/m)
    const { code: refused, err } = await run(['users', 'show', 'nobody@example.gov.uk'])
    deepEqual([refused, err], [1, 'There is no account for nobody@example.gov.uk.\n'])
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
    deepEqual((await refusal(['applications', 'retire', 'Leaving'])).slice(0, 2), [1, 'conflict'])
    deepEqual((await refusal(['applications', 'retire', 'Nowhere'])).slice(0, 2), [1, 'not-found'])
    deepEqual((await refusal(['applications', 'rotate-secret', 'Nowhere'])).slice(0, 2), [1, 'not-found'])
  })

  it('takes plain http in development only', async () => {
    const line = [
      'applications',
      'create',
      '--name',
      'Plain',
      '--redirect-uri',
      'http://app.dev.gov.uk/callback',
    ]
    deepEqual(await refusal(line), [1, 'invalid', 'The redirect address must begin with https.'])
    await json(line, { settings: { GOVUK_ENVIRONMENT: 'development' } })
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
    deepEqual(await json([...line, '--dry-run']), { matched: 1, changed: 0, details })
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
    const days = (new Date(expires_at).getTime() - test.clock.now().getTime()) / 86_400_000
    match(expires_at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    ok(Number.isFinite(days))

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
      ['api-token-revoked', 'Access token revoked', robot.email, 'Content store', 'olive'],
    )
    match(
      (await run(['events', 'list', '--limit', '1'])).out,
      /Access token revoked for Content store by olive/,
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

  it('says what to mend: settings, the database, a lost key, missing months', async () => {
    const examine = async (changed: Given['settings']) => {
      const { code, out } = await run(['doctor', '--json'], { settings: { ...changed } })
      equal(code, 1)
      return JSON.parse(out)
        .checks.filter(({ ok: isWell }: { ok: boolean }) => !isWell)
        .map(({ name }: { name: string }) => name)
    }
    deepEqual(await examine({ SIGNON_SECRET_KEYS: 'x' }), ['settings'])
    deepEqual(await examine({ DATABASE_URL: 'postgresql://127.0.0.1:1/nothing' }), ['database'])

    const database = await makeDatabase()
    const { application, machine } = test
    const whitehall = await application('Pushed')
    const { tokenId } = await machine('Pusher', whitehall)
    await test.signon.transaction((work) => work.pushCredentials.put(whitehall.id, tokenId, 'a token'))
    const otherKeys = { SIGNON_SECRET_KEYS: `other:${Buffer.alloc(32, 8).toString('base64')}` }
    deepEqual(await examine(otherKeys), ['keys'])
    await database.drop()
    await test.rows(`do $$ declare month text; begin
      for month in select inhrelid::regclass::text from pg_inherits where inhparent = 'events'::regclass and inhrelid::regclass::text <> 'events_other'
      loop execute 'alter table events detach partition ' || month; end loop; end $$`)
    deepEqual(await examine({}), ['event log'])
  })
})

describe('bin/signon web and worker', () => {
  it('serve until SIGTERM, and then end well', async () => {
    for (const [role, sign] of [
      ['web', 'web is ready'],
      ['worker', 'worker is ready'],
    ] as const) {
      const port = String(await freePort())
      const child = spawn(join(import.meta.dirname, '../../bin/signon'), [role], {
        env: { ...settings, PORT: port },
      })
      let log = ''
      for await (const part of child.stdout) {
        log += String(part)
        if (log.includes(sign)) child.kill('SIGTERM')
      }
      equal(child.exitCode ?? (await once(child, 'exit'))[0], 0, role)
    }
  })
})
