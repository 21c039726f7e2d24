import { deepEqual, match } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()

const run = async (...line: readonly string[]) => {
  const child = spawn(join(import.meta.dirname, '../../../bin/signon'), line, {
    cwd: tmpdir(),
    env: {
      DATABASE_URL: test.databaseUrl,
      SIGNON_URL: 'https://signon.example.gov.uk',
      SIGNON_SECRET_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
      SIGNON_MAIL: `folder:${join(tmpdir(), 'signon-organisations-mails')}`,
      GOVUK_ENVIRONMENT: 'integration',
      PATH: process.env['PATH'],
    },
  })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code, out, err }
}
const json = async (...line: readonly string[]) => {
  const { code, out, err } = await run(...line, '--json')
  deepEqual({ code, err }, { code: 0, err: '' }, line.join(' '))
  return JSON.parse(out)
}
const isRequired = async (): Promise<boolean | undefined> =>
  (
    await test.rows<{ is: boolean }>(
      `select require_two_step as is from organisations where slug = 'cabinet-office'`,
    )
  )[0]?.is
const events = () => test.rows<object>('select number, note, actor_kind, actor_name from events order by id')

describe('organisations require-2sv', () => {
  it('requires it, says of every member what follows, and lifts it again', async () => {
    const organisationId = await test.organisation('Cabinet Office')
    await test.user('Ada', { organisationId })
    await test.user('Ben', { organisationId, twoStep: true })
    await test.user('Elsewhere')
    const line = ['organisations', 'require-2sv', 'cabinet-office']
    const asked = {
      organisation: 'cabinet-office',
      matched: 2,
      details: [
        { email: 'ada@example.gov.uk', outcome: 'asked to set it up' },
        { email: 'ben@example.gov.uk', outcome: 'has set it up' },
      ],
    }
    deepEqual(await json(...line, '--dry-run'), { ...asked, changed: 0, dry_run: true })
    match(
      (await run(...line, '--dry-run')).out,
      /Would be so: 2-step verification is required of everybody in Cabinet Office\. 1 of 2 members/,
    )
    deepEqual([await isRequired(), await events(), await test.jobs()], [false, [], []])

    deepEqual(await json(...line), { ...asked, changed: 1 })
    deepEqual([await isRequired(), await test.jobs()], [true, ['tell-organisation']])
    deepEqual(await json(...line), { ...asked, changed: 0 })
    match(
      (await run(...line)).out,
      /is required of everybody in Cabinet Office already\. Nothing was changed\./,
    )
    deepEqual(await test.jobs(), ['tell-organisation'])

    match(
      (await run(...line, '--off')).out,
      /ada@example\.gov\.uk {2}not asked any more\n(.|\n)*is not required of everybody in Cabinet Office\. 1 of 2 members are not asked any more\.\n$/,
    )
    deepEqual(
      [await isRequired(), await events()],
      [
        false,
        [70, 71].map((number) => ({
          number,
          note: 'Cabinet Office',
          actor_kind: 'console',
          actor_name: userInfo().username,
        })),
      ],
    )
  })

  it('refuses an organisation that there is not', async () => {
    const { code, err } = await run('organisations', 'require-2sv', 'no-such-place')
    deepEqual({ code, err }, { code: 1, err: 'There is no organisation with the slug no-such-place.\n' })
  })
})
