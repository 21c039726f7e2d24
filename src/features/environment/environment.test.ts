import { deepEqual, doesNotMatch, equal, match, ok, rejects } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after as afterTests, beforeEach, describe, it } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { hostRewrite } from '#domain/host-rewrite.ts'
import type { UserId } from '#domain/user.ts'
import { after, day } from '#kernel/clock.ts'
import { Forbidden, Invalid } from '#kernel/failure.ts'
import { keyRing } from '#kernel/sealed.ts'
import { readEnvironmentFile, writeEnvironmentFile } from '#outside/environment-file.ts'
import { createSignon } from '#store/signon.ts'
import { operator, startSignon, type TestSignon } from '#test/signon.ts'
import { exportEnvironment } from './export-environment.ts'
import { type ImportEnvironment, importEnvironment } from './import-environment.ts'

const production = await startSignon({ environment: 'production' })
const staging = await startSignon({ environment: 'staging' })
const folder = mkdtempSync(join(tmpdir(), 'signon-environment-'))
afterTests(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'export.gz')
const rewrites = ['live.example=staging.example'].flatMap((written) => hostRewrite(written) ?? [])

const takeOut = (from: TestSignon = production, path = file) =>
  exportEnvironment(from.signon, operator, {
    environment: 'production',
    write: (lines, counts) => writeEnvironmentFile(path, lines, counts),
  })
const takeIn = (changes: Partial<ImportEnvironment> = {}, into = staging.signon, path = file) =>
  importEnvironment(into, operator, {
    environment: 'staging',
    lines: readEnvironmentFile(path),
    rewrites,
    allowHttp: false,
    withAuthenticators: true,
    isRehearsal: false,
    keepSecrets: undefined,
    ...changes,
  })
const textOf = (path = file): string => gunzipSync(readFileSync(path)).toString()
/** Another file, with lines as they are wanted and a checksum that is right. */
let forgeries = 0
const forge = (change: (lines: string[]) => string[]): string => {
  forgeries += 1
  const path = join(folder, `forged-${forgeries}.gz`)
  const lines = change(textOf().trimEnd().split('\n').slice(0, -1))
  const counts = JSON.parse(textOf().trimEnd().split('\n').at(-1) ?? '').counts
  for (const kind of Object.keys(counts))
    counts[kind] = lines.filter((line) => line.startsWith(`{"${kind}":`)).length
  const body = lines.map((line) => `${line}\n`).join('')
  const sha256 = createHash('sha256').update(body).digest('hex')
  writeFileSync(path, gzipSync(`${body}${JSON.stringify({ counts, sha256 })}\n`))
  return path
}
const alter = (kind: string, change: (row: Record<string, unknown>) => object) =>
  forge((lines) =>
    lines.map((line) =>
      line.startsWith(`{"${kind}":`) ? JSON.stringify({ [kind]: change(JSON.parse(line)[kind]) }) : line,
    ),
  )

/** All that somebody could see of an environment; without what is its own. */
const picture = async ({ rows }: TestSignon) => ({
  users:
    await rows(`select u.uid, u.name, u.email, u.role, o.slug, u.password_hash, u.suspension_reason, u.invited_at,
      i.uid as invited_by, u.requires_two_step, u.exempt_reason, u.exempt_until, u.created_at, u.updated_at, u.kind,
      s.last_signed_in_at, s.sign_in_count, s.role as listed_role
    from users u left join organisations o on o.id = u.organisation_id left join users i on i.id = u.invited_by
    left join sign_in_states s on s.user_id = u.id order by u.uid`),
  organisations: await rows(
    'select content_id, slug, name, is_closed, require_two_step from organisations order by slug',
  ),
  parents:
    await rows(`select c.slug, p.slug as parent, e.rule, e.rule_reason, e.is_effective from organisation_parents e
    join organisations c on c.id = e.child_id join organisations p on p.id = e.parent_id order by 1, 2`),
  permissions: await rows(`select a.client_id, p.name, p.is_delegated, p.is_default, p.is_grantable_from_ui
    from permissions p join applications a on a.id = p.application_id order by 1, 2`),
  grants: await rows(`select u.uid, a.client_id, p.name from grants g join users u on u.id = g.user_id
    join permissions p on p.id = g.permission_id join applications a on a.id = p.application_id order by 1, 2, 3`),
  applications: await rows('select client_id, name, retired_at, requires_pkce from applications order by 1'),
})

const everything = ({ rows }: TestSignon) =>
  rows<{ text: string }>(
    `select coalesce(string_agg(r::text, E'\n' order by r::text), '') as text from (
      select to_jsonb(u) - 'id' as r from users u union all select to_jsonb(o) from organisations o
      union all select to_jsonb(a) from applications a union all select to_jsonb(g) from grants g
      union all select to_jsonb(s) from sessions s union all select to_jsonb(n) from sign_in_states n union all select to_jsonb(t) from api_tokens t
      union all select to_jsonb(f) from totp_factors f) all_of_it`,
  )

const hereOf = async (uid: string): Promise<UserId> => {
  const [user] = await staging.rows<{ id: UserId }>('select id from users where uid = $1', [uid])
  ok(user)
  return user.id
}

const clear = async ({ rows }: TestSignon): Promise<void> => {
  await rows('truncate users, applications, organisations restart identity cascade')
  await rows('delete from graphile_worker._private_jobs')
}

/** A small production with something of everything. */
const furnish = async () => {
  const { signon, rows, clock } = production
  const cabinet = await production.organisation('Cabinet Office', { requiresTwoStep: true })
  const agency = await production.organisation('Agency', { parents: [cabinet] })
  await rows(`update organisation_parents set rule = 'blocked', rule_lasts = 'permanently', rule_reason = 'Not <b>theirs</b>',
    ruled_at = created_at, ruled_by_name = 'op'`)
  const whitehall = await production.application('Whitehall', {
    redirectUris: ['https://whitehall.live.example/auth/gds/callback'],
    homeUri: 'https://www.elsewhere.example/live.example',
    permissions: ['Editor', 'user_update_permission'],
  })
  const old = await production.application('Old', { redirectUris: ['https://old.live.example/cb'] })
  await signon.single.applications.retire(old.id)
  const olga = await production.user('Olga', { role: 'superadmin', twoStep: true, uses: [whitehall] })
  const ada = await production.user('Ada', { organisationId: agency, uses: [whitehall], twoStep: true })
  await production.grant(ada, whitehall, 'Editor')
  await rows(
    'update users set invited_by = $1, invited_at = created_at, invitation_accepted_at = created_at where id = $2',
    [olga.id, ada.id],
  )
  await rows(
    `update sign_in_states set last_signed_in_at = '2026-10-30T08:00:00Z', sign_in_count = 12, failed_attempts = 3 where user_id = $1`,
    [ada.id],
  )
  const gone = await production.user('Gone')
  await signon.single.users.suspend(gone.id, 'left')
  await rows(
    `update users set exempt_reason = 'no hands', exempt_until = '2027-01-01', exempt_by = $1 where id = $2`,
    [olga.id, gone.id],
  )
  const robot = await production.machine('Robot', whitehall, { expiresAt: after(clock.now(), 300 * day) })
  await rows(`update api_tokens set purpose = 'Night', owner_email = 'ops@alphagov.co.uk'`)
  const own = await production.machine('Signon itself', whitehall)
  await signon.single.pushCredentials.put(whitehall.id, own.tokenId, own.token)
  await signon.single.grants.markSynced(ada.id, whitehall.id)
  return { cabinet, agency, whitehall, old, olga, ada, gone, robot, own }
}

describe('copying an environment', () => {
  let made: Awaited<ReturnType<typeof furnish>>
  beforeEach(async () => {
    for (const one of [production, staging]) await clear(one)
    made = await furnish()
    await takeOut()
  })

  it('is not for people, and never has production as its target', async () => {
    const ada = { kind: 'person', userId: made.olga.id } as const
    const write = () => Promise.resolve()
    await rejects(exportEnvironment(production.signon, ada, { environment: 'x', write }), Forbidden)
    await rejects(takeIn({ environment: 'production' }), /Nothing is ever imported into production/)
    const before = await everything(production)
    await rejects(takeIn({ environment: 'production' }, production.signon), Forbidden)
    deepEqual(await everything(production), before)
  })

  it('makes the same of everybody, their access and their organisations, whatever ids there were', async () => {
    await staging.user('Somebody Else')
    const { counts, missing, keptAddresses } = await takeIn()
    deepEqual(await picture(staging), await picture(production))
    deepEqual(
      [counts.user, counts.application, counts['organisation-parent'], counts.authenticator, counts.token],
      [5, 2, 1, 2, 1],
    )
    deepEqual(missing, { applications: 1, tokens: 1, isIssued: false })
    deepEqual(keptAddresses, [
      { application: 'Whitehall', field: 'home_uri', uri: 'https://www.elsewhere.example/live.example' },
    ])
    deepEqual(await staging.rows('select redirect_uris from applications order by name'), [
      { redirect_uris: ['https://old.staging.example/cb'] },
      { redirect_uris: ['https://whitehall.staging.example/auth/gds/callback'] },
    ])
    deepEqual(await staging.jobs(), [])
    deepEqual((await staging.rows('select number, note from events where number = 89')).length, 1)
    const [logged] = await staging.rows<{ note: string }>('select note from events where number = 89')
    match(
      logged?.note ?? '',
      /^from production as of 2026-11-02T09:30:00\.000Z: 2 organisations, 2 applications, 5 people/,
    )
  })

  it('lets people in with their passwords and authenticator apps of there', async () => {
    await takeIn()
    const browser = staging.browser()
    equal((await browser.signIn(made.ada.email)).location, '/users/two_step_verification_session/new')
    const [row] = await staging.rows<{ id: number }>('select id from users where uid = $1', [made.ada.uid])
    const [source] = await staging.signon.single.secondFactors.codeSources(row?.id as never)
    equal(source?.secret, 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP')
  })

  it('writes nothing into the file that lets anybody in, nor any hash of it', async () => {
    const { signon, rows } = production
    await signon.single.sessions.open(made.ada.id, 'full', {})
    await signon.single.rememberedBrowsers.remember(made.ada.id, {})
    await rows(`insert into recovery_codes values ($1, sha256('code'), $2)`, [
      made.ada.id,
      production.clock.now(),
    ])
    await rows(
      `insert into account_tokens (token_hash, user_id, purpose, created_at, expires_at) values (sha256('link'), $1, 'password-reset', $2, $2)`,
      [made.ada.id, production.clock.now()],
    )
    await signon.single.clusterTokens.list()
    await takeOut()
    const text = textOf()
    const hashes = await rows<{ hash: Buffer }>(
      `select token_hash as hash from sessions union all select token_hash from remembered_browsers
       union all select code_hash from recovery_codes union all select token_hash from account_tokens
       union all select token_hash from api_tokens union all select secret_hash from application_secrets`,
    )
    equal(hashes.length, 8)
    const secrets = [made.whitehall.clientSecret, made.old.clientSecret, made.robot.token, made.own.token]
    const [{ sealed_token: sealed } = { sealed_token: '' }] = await rows<{ sealed_token: string }>(
      'select sealed_token from push_credentials',
    )
    for (const { hash } of hashes)
      for (const encoding of ['hex', 'base64', 'base64url'] as const)
        equal(text.includes(hash.toString(encoding)), false)
    for (const secret of [...secrets, sealed]) equal(text.includes(secret), false)
    equal(text.includes('JBSWY3DP'), false)
    equal(statSync(file).mode & 0o777, 0o600)
    match(JSON.stringify(await rows('select note from events where number = 88')), /5 people and API users/)
  })

  it('BO-Q11: keeps secrets and tokens that were issued here, morning after morning', async () => {
    const kept: string[] = []
    const keepSecrets = async (lines: readonly string[]): Promise<void> => void kept.push(...lines)
    deepEqual((await takeIn({ keepSecrets })).missing, { applications: 1, tokens: 1, isIssued: true })
    const [application, token] = kept.map((line) => JSON.parse(line))
    deepEqual(Object.keys(application), ['application', 'client_id', 'client_secret'])
    deepEqual([token.api_user, token.application], [made.robot.user.email, 'Whitehall'])
    const { single } = staging.signon
    const isGood = async () => [
      (await single.applications.authenticate(application.client_id, application.client_secret)) !==
        undefined,
      (await single.apiTokens.seekByText(token.token)) !== undefined,
    ]
    deepEqual(await isGood(), [true, true])
    equal(
      await single.applications.authenticate(made.whitehall.clientId, made.whitehall.clientSecret),
      undefined,
    )
    equal(await single.apiTokens.seekByText(made.robot.token), undefined)

    await production.user('Newcomer')
    const { name } = await production.application('Newest', {
      redirectUris: ['https://newest.live.example/cb'],
    })
    await takeOut()
    const again = await takeIn({ keepSecrets })
    deepEqual(again.missing, { applications: 1, tokens: 0, isIssued: true })
    equal(JSON.parse(kept.at(-1) ?? '').application, name)
    deepEqual(await isGood(), [true, true])
    kept.length = 0
    deepEqual((await takeIn({ keepSecrets })).missing, { applications: 0, tokens: 0, isIssued: true })
    deepEqual([await isGood(), kept], [[true, true], []])
    deepEqual(await staging.rows('select purpose, owner_email from api_tokens'), [
      { purpose: 'Night', owner_email: 'ops@alphagov.co.uk' },
    ])
  })

  it('keeps what Signon presents to applications here, from the first morning on', async () => {
    const whitehall = await staging.application('Whitehall')
    await staging.rows('update applications set client_id = $1', [made.whitehall.clientId])
    const own = await staging.machine('Signon itself', whitehall)
    await staging.signon.single.pushCredentials.put(whitehall.id, own.tokenId, own.token)
    await takeIn()
    equal((await staging.signon.single.pushCredentials.seek(whitehall.id))?.token, own.token)
    equal((await takeIn()).missing.tokens, 1)
  })

  it('changes nothing the second time, and ends no session of people who are as they were', async () => {
    await takeIn()
    const before = await everything(staging)
    const [ada] = await staging.rows<{ id: number }>('select id from users where uid = $1', [made.ada.uid])
    const browser = await staging.signedIn({ id: ada?.id as never })
    const { changes } = await takeIn()
    equal(
      Object.values(changes).reduce((sum, count) => sum + count, 0),
      0,
    )
    equal((await browser.get('/')).status, 200)
    await staging.rows('delete from sessions')
    deepEqual(await everything(staging), before)
  })

  it('follows what changes there: new, changed and gone, names and addresses that change hands', async () => {
    await takeIn()
    const { rows } = production
    const [ada] = await staging.rows<{ id: number }>('select id from users where uid = $1', [made.ada.uid])
    const browser = await staging.signedIn({ id: ada?.id as never })
    await rows(`update users set email = 'x@x.example' where id = $1`, [made.ada.id])
    await rows(`update users set email = $2 where id = $1`, [made.olga.id, made.ada.email])
    await rows(`update users set email = $2, password_hash = 'changed' where id = $1`, [
      made.ada.id,
      made.olga.email,
    ])
    await rows('update sign_in_states set last_signed_in_at = $1, sign_in_count = sign_in_count + 1', [
      production.clock.now(),
    ])
    await rows('delete from users where id = $1', [made.gone.id])
    await rows(`update organisations set slug = 'x' where slug = 'agency'`)
    await rows(`update organisations set slug = 'agency' where slug = 'cabinet-office'`)
    await rows(`update organisations set slug = 'cabinet-office' where slug = 'x'`)
    await rows(`update applications set name = 'x' where name = 'Old'`)
    await rows(`update applications set name = 'OLD' where name = 'Whitehall'`)
    await rows(`update applications set name = 'Whitehall' where name = 'x'`)
    await rows(`update permissions set name = 'EDITOR' where name = 'Editor'`)
    await rows('delete from totp_factors where user_id = $1', [made.ada.id])
    await production.organisation('Newest')
    await takeOut()
    await takeIn()
    deepEqual(await picture(staging), await picture(production))
    deepEqual((await staging.rows('select from totp_factors')).length, 1)
    equal((await browser.get('/')).status, 302, 'whose password and address changed signs in again')
    await rows('update users set organisation_id = null')
    await rows(`delete from organisations where slug in ('agency', 'newest')`)
    await takeOut()
    await takeIn()
    deepEqual(await picture(staging), await picture(production))
  })

  it('ends what was mailed here to whoever has another address now, so that it lets nobody in', async () => {
    await takeIn()
    const { single } = staging.signon
    const [ada, olga] = [await hereOf(made.ada.uid), await hereOf(made.olga.uid)]
    const reset = await single.accountTokens.issue(ada, 'password-reset')
    const kept = await single.accountTokens.issue(olga, 'password-reset')
    await single.emailChanges.begin(ada, 'thief@x.example', ada)
    const confirmation = await single.accountTokens.issue(ada, 'email-confirmation', 'thief@x.example')
    await production.rows(`update users set email = 'new@x.example' where id = $1`, [made.ada.id])
    await takeOut()
    await takeIn()
    equal(await single.accountTokens.seek('password-reset', reset), undefined)
    equal(await single.accountTokens.seek('email-confirmation', confirmation), undefined)
    equal(await single.emailChanges.seek(ada), undefined)
    ok(await single.accountTokens.seek('password-reset', kept))
  })

  it('departure 3: asks whoever lost an authenticator app there, or got another, for the second step again', async () => {
    const browserOf = async (uid: string) => {
      const browser = await staging.signedIn({ id: await hereOf(uid) })
      await staging.signon.single.rememberedBrowsers.remember(await hereOf(uid), {})
      return browser
    }
    await takeIn()
    const [ada, olga] = [await browserOf(made.ada.uid), await browserOf(made.olga.uid)]
    await production.rows('delete from totp_factors where user_id = $1', [made.ada.id])
    await takeOut()
    await takeIn()
    deepEqual([(await ada.get('/')).status, (await olga.get('/')).status], [302, 200])
    deepEqual(await staging.rows('select user_id from remembered_browsers'), [
      { user_id: await hereOf(made.olga.uid) },
    ])
    await production.rows(`update totp_factors set created_at = created_at + interval '1 second'`)
    await takeOut()
    await takeIn()
    equal((await olga.get('/')).status, 302)
    deepEqual(await staging.rows('select from remembered_browsers'), [])
  })

  it('deletes accounts, applications and organisations that only this environment had', async () => {
    const here = await staging.application('Only here')
    const organisation = await staging.organisation('Only here')
    const user = await staging.user('Only Here', { uses: [here], organisationId: organisation })
    await staging.rows(
      `insert into batches (created_by, state, encoding, row_count, organisation_id, created_at) values ($1, 'draft', 'utf-8', 1, $2, $3)`,
      [user.id, organisation, staging.clock.now()],
    )
    const { changes } = await takeIn()
    deepEqual(
      ['users removed', 'applications removed', 'organisations removed'].map((what) => changes[what]),
      [1, 1, 1],
    )
    deepEqual(await picture(staging), await picture(production))
  })

  it('refuses a file that was cut short or altered, that is none, or that goes on, and changes nothing', async () => {
    await staging.user('Here')
    const before = await everything(staging)
    const whole = readFileSync(file)
    const text = textOf()
    const lastLine = text.trimEnd().split('\n').at(-1) ?? ''
    const bad: readonly (readonly [string, Buffer, RegExp])[] = [
      ['empty', Buffer.alloc(0), /cut short|not an export/],
      ['no gzip', Buffer.from(text), /not an export/],
      ['half', whole.subarray(0, whole.length / 2), /cut short/],
      ['without its end', gzipSync(text.slice(0, -lastLine.length - 1)), /cut short/],
      ['half an end', gzipSync(text.slice(0, -10)), /cut short/],
      ['altered', gzipSync(text.replace('"superadmin"', '"admin"')), /altered/],
      ['two', gzipSync(text + text), /goes on behind its end/],
      ['one byte', gzipSync(Buffer.from([0xff, 0x0a])), /not an export/],
      ['something else', gzipSync('hello\nworld\n'), /not an export/],
      ['a huge line', gzipSync('x'.repeat(50_000_000)), /too long/],
    ]
    for (const [name, content, words] of bad) {
      const path = join(folder, 'bad.gz')
      writeFileSync(path, content)
      await rejects(takeIn({}, staging.signon, path), (error: unknown) => {
        ok(error instanceof Invalid, `${name}: ${error}`)
        match(error.message, words, name)
        return true
      })
    }
    await rejects(takeIn({}, staging.signon, join(folder, 'none')), /cannot be read \(ENOENT\)/)
    deepEqual(await everything(staging), before)
  })

  it('refuses another version’s file', async () => {
    const header = (change: object) =>
      forge(([first = '', ...rest]) => [
        JSON.stringify({ header: { ...JSON.parse(first).header, ...change } }),
        ...rest,
      ])
    for (const change of [{ format: 2 }, { migration: '9999-later' }])
      await rejects(takeIn({}, staging.signon, header(change)), /written by another version/)
    await rejects(takeIn({}, staging.signon, header({ at: null })), /not an export/)
  })

  it('refuses what cannot be, in a file whose checksum is right, and changes nothing', async () => {
    await staging.user('Here')
    const before = await everything(staging)
    const hostile: readonly string[] = [
      alter('user', (row) => ({ ...row, role: 'god' })),
      alter('user', (row) => ({ ...row, email: 'not lower@EXAMPLE' })),
      alter('user', (row) => ({ ...row, name: 'nul \u0000' })),
      alter('user', (row) => ({ ...row, organisation: '00000000-0000-0000-0000-000000000000' })),
      alter('user', (row) => ({ ...row, uid: `'; drop table users; --` })),
      alter('user', (row) => ({ ...row, created_at: null })),
      alter('user', (row) => ({ ...row, kind: 'machine' })),
      alter('grant', (row) => ({ ...row, client_id: 'unknown' })),
      alter('grant', (row) => ({ ...row, uid: '00000000-0000-0000-0000-000000000000' })),
      alter('application', (row) => ({ ...row, redirect_uris: 'https://one.example' })),
      alter('application', (row) => ({ ...row, redirect_uris: ['javascript:alert(1)'] })),
      alter('application', (row) => ({ ...row, home_uri: 'javascript:alert(1)' })),
      alter('application', (row) => ({ ...row, push_uri: 'http://169.254.169.254/' })),
      alter('application', (row) => ({ ...row, redirect_uris: ['https://a.live.example@evil.example/cb'] })),
      alter('organisation-parent', (row) => ({ ...row, parent: row['child'] })),
      forge((lines) => lines.flatMap((line) => (line.startsWith('{"user":') ? [line, line] : [line]))),
      forge((lines) => [...lines, '{"sessions":{}}']),
      forge((lines) => [...lines, '{"user":null}']),
    ]
    for (const [index, path] of hostile.entries())
      await rejects(
        takeIn({}, staging.signon, path),
        (error: unknown) => error instanceof Invalid || assertNever(`${index}: ${error}`),
      )
    deepEqual(await everything(staging), before)
  })

  it('keeps markup in names as text', async () => {
    const path = alter('user', (row) => ({ ...row, name: '<script>alert(1)</script>' }))
    await takeIn({}, staging.signon, path)
    const [olga] = await staging.rows<{ id: number }>(`select id from users where role = 'superadmin'`)
    const browser = await staging.signedIn({ id: olga?.id as never })
    const page = await browser.get('/users')
    equal(page.status, 200)
    doesNotMatch(page.text, /<script>alert/)
    match(page.text, /&lt;script&gt;alert/)
  })

  it('refuses a rule that makes an address that nobody could store', async () => {
    const path = alter('application', (row) => ({
      ...row,
      redirect_uris: [`https://${'a.'.repeat(1012)}live.example/cb`],
    }))
    await rejects(takeIn({}, staging.signon, path), /2048 characters at most/)
  })

  it('refuses authenticator apps that no key here opens, unless they are left behind', async () => {
    const otherKeys = keyRing([{ id: 'other', bytes: Buffer.alloc(32, 1) }])
    const { signon, db } = staging
    const other = createSignon({ ...signon, db, keys: otherKeys })
    await rejects(
      takeIn({}, other),
      /2 authenticator apps were sealed with a key that SIGNON_SECRET_KEYS does not hold/,
    )
    deepEqual(await staging.rows('select from users'), [])

    await takeIn({ withAuthenticators: false }, other)
    deepEqual(await staging.rows('select from totp_factors'), [])
    const [olga] = await staging.rows<{ id: number }>('select id from users where uid = $1', [made.olga.uid])
    await other.single.secondFactors.add(olga?.id as never, { name: 'Here', secret: 'X', lastStep: 0 })
    await takeIn({ withAuthenticators: false }, other)
    deepEqual(await staging.rows('select name from totp_factors'), [{ name: 'Here' }])

    const both = keyRing([
      { id: 'other', bytes: Buffer.alloc(32, 1) },
      { id: 'test', bytes: Buffer.alloc(32, 7) },
    ])
    await takeIn({}, createSignon({ ...signon, db, keys: both }))
    const sealed = await staging.rows<{ sealed_secret: string }>('select sealed_secret from totp_factors')
    deepEqual(
      sealed.map((row) => row.sealed_secret.split('.')[0]),
      ['other', 'other'],
    )
  })

  it('says what would change, and changes and issues nothing, in a rehearsal', async () => {
    await staging.user('Here')
    const before = await everything(staging)
    const keepSecrets = () => Promise.reject(new Error('must not be called'))
    const events = await staging.events()
    const { changes, missing } = await takeIn({ isRehearsal: true, keepSecrets })
    deepEqual([changes['users added'], changes['users removed'], missing.isIssued], [5, 1, false])
    deepEqual(await everything(staging), before)
    deepEqual(await staging.events(), events)
  })

  it('leaves the old state when it dies, or when secrets cannot be kept', async () => {
    await staging.user('Here')
    const before = await everything(staging)
    await rejects(takeIn({ keepSecrets: () => Promise.reject(new Error('disk full')) }), /disk full/)
    deepEqual(await everything(staging), before)

    const killed = takeIn({
      keepSecrets: async () => {
        await staging.rows(
          `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = ${0x73676e65}
             and database = (select oid from pg_database where datname = current_database())`,
        )
      },
    })
    await rejects(killed)
    deepEqual(await everything(staging), before)
    await takeIn()
    deepEqual(await picture(staging), await picture(production))
  })

  it('lets people sign in until the moment of the change, and refuses a second import meanwhile', async () => {
    await takeIn()
    await production.user('Newcomer')
    await takeOut()
    let isSeenHalfWay = true
    await takeIn({
      keepSecrets: async () => {
        equal(
          (await staging.browser().signIn(made.olga.email)).location,
          '/users/two_step_verification_session/new',
        )
        isSeenHalfWay =
          (await staging.rows('select from users where email like $1', ['newcomer@%'])).length > 0
        await rejects(takeIn(), /Another import is running/)
      },
    })
    equal(isSeenHalfWay, false)
  })
})

const assertNever = (text: string): never => {
  throw new Error(text)
}
