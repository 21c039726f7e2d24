import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { after, describe, it } from 'node:test'
import { day, after as later, systemClock } from '#kernel/clock.ts'
import { startCluster } from '#test/cluster-server.ts'
import { startSignon, type TestSignon } from '#test/signon.ts'
import { untilSomebodyWaits } from '#test/waiting.ts'

const production = await startSignon()
const staging = await startSignon()
const kubernetes = await startCluster()
const folder = mkdtempSync(join(tmpdir(), 'signon-copying-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'export.gz')

const start = (
  of: TestSignon,
  line: readonly string[],
  more: Readonly<Record<string, string | undefined>> = {},
) =>
  spawn(join(import.meta.dirname, '../../bin/signon'), line, {
    cwd: folder,
    env: {
      DATABASE_URL: of.databaseUrl,
      SIGNON_URL: 'https://signon.example.gov.uk',
      SIGNON_SECRET_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
      SIGNON_MAIL: `folder:${join(folder, 'mails')}`,
      GOVUK_ENVIRONMENT: of === production ? 'production' : 'staging',
      PATH: process.env['PATH'],
      USER: 'mallory',
      ...more,
    },
  })
const ended = async (child: ChildProcessWithoutNullStreams, input: Buffer | string = '') => {
  child.stdin.end(input)
  const [out, err, [code]] = await Promise.all([
    buffer(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { code, out, err }
}
const run = async (...given: Parameters<typeof start>) => {
  const { code, out, err } = await ended(start(...given))
  return { code, out: out.toString(), err }
}
const json = async (of: TestSignon, ...line: readonly string[]) => {
  const { code, out, err } = await run(of, [...line, '--json'])
  deepEqual([code, err], [0, ''])
  return JSON.parse(out)
}
const taking = ['environment', 'import', file, '--rewrite', 'live.example=staging.example']
const people = async (of: TestSignon) => of.rows('select uid, email from users order by uid')

const whitehall = await production.application('Whitehall', {
  redirectUris: ['https://whitehall.live.example/cb'],
  homeUri: 'https://elsewhere.example/',
})
await production.user('Ada', { uses: [whitehall] })
const robot = await production.machine('Robot', whitehall)
await production.rows(`update users set email = 'robot@alphagov.co.uk' where id = $1`, [robot.user.id])
await json(production, 'environment', 'export', file)

describe('bin/signon environment', () => {
  it('imports into production never, however it is spelt, nor into what has no name', async () => {
    const before = await people(production)
    const told: readonly (readonly [string | undefined, RegExp])[] = [
      ['production', /Nothing is ever imported into production/],
      ['PRODUCTION', /GOVUK_ENVIRONMENT must be one of/],
      ['Production', /GOVUK_ENVIRONMENT must be one of/],
      [' production ', /GOVUK_ENVIRONMENT must be one of/],
      ['', /Say in GOVUK_ENVIRONMENT which environment this is/],
      ['  ', /Say in GOVUK_ENVIRONMENT which environment this is/],
      [undefined, /Say in GOVUK_ENVIRONMENT which environment this is/],
    ]
    for (const [name, words] of told) {
      const { code, err } = await run(production, taking, { GOVUK_ENVIRONMENT: name })
      deepEqual([code, words.test(err)], [1, true], `${name}: ${err}`)
    }
    deepEqual(await people(production), before)
  })

  it('wants a rule for addresses, that is one', async () => {
    deepEqual((await run(staging, ['environment', 'import', file])).code, 2)
    for (const rule of ['x', 'a=b/c', 'https://a=b']) {
      const { code, err } = await run(staging, ['environment', 'import', file, '--rewrite', rule])
      deepEqual([code, /two domains/.test(err)], [2, true], err)
    }
  })

  it('exports into a file that is whole when it appears and is its owner’s only, or to standard output', async () => {
    equal(statSync(file).mode & 0o777, 0o600)
    equal(existsSync(`${file}.part`), false)
    const { code, out, err } = await ended(start(production, ['environment', 'export', '-']))
    deepEqual([code, err], [0, ''])
    const both = await run(production, ['environment', 'export', '-', '--json'])
    deepEqual([both.code, both.out, /standard output is for something else/.test(both.err)], [2, '', true])
    const { counts, file: written } = await json(production, 'environment', 'export', file)
    deepEqual([written, counts.user, counts.token], [file, 2, 1])
    const { code: done, err: reason } = await ended(
      start(staging, [
        'environment',
        'import',
        '-',
        '--rewrite',
        'live.example=staging.example',
        '--dry-run',
      ]),
      out,
    )
    deepEqual([done, reason], [0, ''])
    const { code: failed, err: why } = await run(production, [
      'environment',
      'export',
      join(folder, 'none', 'export.gz'),
    ])
    deepEqual([failed, why], [1, `${folder}/none/export.gz cannot be written (ENOENT).\n`])
  })

  it('rehearses, imports, and tells what has no rule and what has no secret', async () => {
    const rehearsal = await json(staging, ...taking, '--dry-run')
    deepEqual([rehearsal.changed, rehearsal.dry_run, (await people(staging)).length], [0, true, 0])
    ok(rehearsal.matched > 5)
    const done = await json(staging, ...taking)
    deepEqual(await people(staging), await people(production))
    deepEqual(done.addresses_without_rule, [
      { application: 'Whitehall', field: 'home_uri', uri: 'https://elsewhere.example/' },
    ])
    deepEqual(
      [done.source.environment, done.without_secret, done.without_token, done.issued],
      ['production', 1, 1, false],
    )
    const { out } = await run(staging, taking)
    match(out, /No rule rewrites https:\/\/elsewhere\.example\/ of Whitehall\./)
    match(out, /1 applications have no secret here, and 1 API users no token\./)
    match(out, /This is a copy of production as of \d{4}-/)
    deepEqual(await staging.jobs(), [])
  })

  it('is not stopped half way by a kill: what there was stays', async () => {
    await production.user('Late')
    await json(production, 'environment', 'export', file)
    const before = await people(staging)
    // Whoever holds this lets the import get as far as the accounts, and no further.
    await staging.rows('begin; lock table sessions in access exclusive mode')
    const child = start(staging, taking)
    const killed = once(child, 'exit')
    const waiting = `from pg_stat_activity where wait_event_type = 'Lock' and datname = $1`
    const database = [new URL(staging.databaseUrl).pathname.slice(1)]
    await untilSomebodyWaits(staging, production)
    child.kill('SIGKILL')
    // Nobody is there any more to end the transaction: the database does.
    await production.rows(`select pg_terminate_backend(pid) ${waiting}`, database)
    await killed
    await staging.rows('commit')
    deepEqual(await people(staging), before)
    await json(staging, ...taking)
    deepEqual(await people(staging), await people(production))
  })

  it('issues what is missing into a file of secrets, once, and overwrites none', async () => {
    const secrets = join(folder, 'secrets')
    writeFileSync(secrets, 'precious')
    const refused = await run(staging, [...taking, '--secrets', secrets])
    deepEqual([refused.code, /There is a file .* already/.test(refused.err)], [1, true])
    equal(readFileSync(secrets, 'utf8'), 'precious')
    rmSync(secrets)

    const { code, out } = await run(staging, [...taking, '--secrets', secrets])
    equal(code, 0)
    match(out, /1 secrets and 1 tokens were issued into /)
    equal(statSync(secrets).mode & 0o777, 0o600)
    const [application, token] = readFileSync(secrets, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    equal(application.client_id, whitehall.clientId)
    for (const secret of [application.client_secret, token.token]) doesNotMatch(out, new RegExp(secret))
    const { single } = staging.signon
    ok(await single.applications.authenticate(application.client_id, application.client_secret))
    equal((await single.apiTokens.seekByText(token.token))?.user.email, 'robot@alphagov.co.uk')

    rmSync(secrets)
    equal((await json(staging, ...taking, '--secrets', secrets)).issued, true)
    equal(existsSync(secrets), false, 'there was nothing to issue')
    ok(await single.apiTokens.seekByText(token.token))
  })

  it('leaves no file of secrets when the import is refused', async () => {
    const secrets = join(folder, 'more-secrets')
    const bad = join(folder, 'bad.gz')
    writeFileSync(bad, readFileSync(file).subarray(0, 200))
    const { code, err } = await run(staging, [
      'environment',
      'import',
      bad,
      '--rewrite',
      'a=b',
      '--secrets',
      secrets,
    ])
    deepEqual([code, existsSync(secrets)], [1, false])
    match(err, /cut short/)
  })
})

describe('bin/signon kubernetes and access-tokens', () => {
  const cluster = {
    SIGNON_KUBERNETES_URL: kubernetes.place.url,
    SIGNON_KUBERNETES_TOKEN_FILE: kubernetes.place.tokenFile,
    SIGNON_KUBERNETES_CA_FILE: kubernetes.place.authorityFile,
    SIGNON_KUBERNETES_NAMESPACE_FILE: kubernetes.place.namespaceFile,
  }

  it('refuse outside of a cluster', async () => {
    for (const what of ['sync-token-secrets', 'sync-app-secrets']) {
      const { code, err } = await run(production, ['kubernetes', what])
      deepEqual([code, /^No cluster is set up\. Set SIGNON_KUBERNETES_URL/.test(err)], [1, true])
      const inNone = await run(production, ['kubernetes', what], {
        SIGNON_KUBERNETES_URL: 'https://127.0.0.1:1',
      })
      deepEqual([inNone.code, /serviceaccount\/token.*cannot be read/.test(inNone.err)], [1, true])
      const plain = await run(production, ['kubernetes', what], {
        SIGNON_KUBERNETES_URL: 'http://127.0.0.1:1',
      })
      match(plain.err, /SIGNON_KUBERNETES_URL must begin with https/)
    }
  })

  it('renew, rehearse, write, and have nothing to do the second time', async () => {
    await production.rows(`update api_tokens set expires_at = $1`, [
      new Date(production.clock.now().getTime()),
    ])
    const expiring = later(systemClock.now(), 10 * day)
    await production.rows('update api_tokens set expires_at = $1', [expiring])
    const line = ['access-tokens', 'renew-expiring-internal-tokens']
    const renewal = { api_user: 'robot@alphagov.co.uk', application: 'Whitehall' }
    deepEqual(await json(production, ...line, '--dry-run'), {
      matched: 1,
      changed: 0,
      details: [{ ...renewal, outcome: 'would be renewed' }],
      dry_run: true,
    })
    deepEqual(await json(production, ...line), {
      matched: 1,
      changed: 1,
      details: [{ ...renewal, outcome: 'renewed' }],
    })
    equal((await json(production, ...line)).matched, 0)

    const sync = async (what: string, ...options: readonly string[]) => {
      const { code, out, err } = await run(production, ['kubernetes', what, ...options, '--json'], cluster)
      deepEqual([code, err], [0, ''])
      doesNotMatch(out, /sgn_/)
      return JSON.parse(out)
    }
    const secret = 'signon-token-robot-whitehall'
    deepEqual((await sync('sync-token-secrets', '--dry-run')).details, [
      { secret, outcome: 'would be written' },
    ])
    deepEqual((await sync('sync-token-secrets')).details, [{ secret, outcome: 'written' }])
    deepEqual((await sync('sync-token-secrets')).details, [{ secret, outcome: 'in place' }])
    deepEqual((await sync('sync-app-secrets')).changed, 1)
    deepEqual((await sync('sync-app-secrets')).changed, 0)
  })

  it('exit with 1 when one of several was not written, and say which', async () => {
    await production.application('White-hall')
    await production.application('White hall')
    const { code, out, err } = await run(production, ['kubernetes', 'sync-app-secrets'], cluster)
    equal(code, 1)
    match(out, /signon-app-white-hall +refused: White-hall and White hall would have the same name/)
    match(out, /signon-app-whitehall +in place/)
    match(err, /2 of 3 secrets were not written/)
  })
})
