import { deepEqual, equal, match } from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { gdsContentId } from '#domain/organisation.ts'
import type { User } from '#domain/user.ts'
import { grantAccess } from '#features/access/grant-access.ts'
import { testCommands } from '#test/commands.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const folder = await mkdtemp(join(tmpdir(), 'signon-permissions-'))
after(() => rm(folder, { recursive: true, force: true }))
const { json, run, refusal } = testCommands(test, folder)
const gds = await test.organisation('GDS', { contentId: gdsContentId })
const home = await test.organisation('Home Office')
const whitehall = await test.application('Whitehall', { permissions: ['Managing Editor', 'Editor'] })
const roleOf = async ({ id }: User) => (await test.signon.single.users.seek(id))?.role

beforeEach(() => test.rows('delete from users'))

describe('permissions promote-managing-editors-to-org-admins', () => {
  it('promotes those outside GDS who are of the role normal and not suspended, and says who cannot be', async () => {
    const editor = async (name: string, options: Parameters<typeof test.user>[1]): Promise<User> => {
      const user = await test.user(name, options)
      await test.grant(user, whitehall, 'Managing Editor')
      return user
    }
    const ann = await editor('Ann', { organisationId: home })
    const homeless = await editor('Homeless', {})
    const others = [
      await editor('Of GDS', { organisationId: gds }),
      await editor('Admin', { role: 'admin' }),
      await editor('Suspended', { organisationId: home }),
      await test.user('Mere', { organisationId: home, uses: [whitehall] }),
    ]
    await test.rows(
      `update users set suspended_at = $1, suspension_reason = 'left' where name = 'Suspended'`,
      [test.clock.now()],
    )
    const roles = await Promise.all(others.map(roleOf))
    const line = ['permissions', 'promote-managing-editors-to-org-admins']
    equal((await json(...line, '--dry-run')).matched, 2)
    equal(await roleOf(ann), 'normal')

    const { code, out } = await run(...line)
    equal(code, 1)
    match(out, /ann@example\.gov\.uk +promoted/)
    match(out, /homeless@example\.gov\.uk +failed: Organisation can’t be ‘None’/)
    deepEqual([await roleOf(ann), await roleOf(homeless)], ['organisation_admin', 'normal'])
    deepEqual(await Promise.all(others.map(roleOf)), roles)
    deepEqual(await test.events(ann.uid), [33])
  })
})

describe('permissions by-non-gds-user-and-origin', () => {
  it('writes a line for each grant with the last event that gave it, safe in spreadsheets', async () => {
    const root = await test.user('Root', { role: 'superadmin', organisationId: gds })
    const ann = await test.user('Ann', { organisationId: home })
    await test.user('Of GDS', { organisationId: gds, uses: [whitehall] })
    const bob = await test.user('Bob', { email: '=bob@example.gov.uk', uses: [whitehall] })
    const actor = { kind: 'person', userId: root.id } as const
    const give = (...permissions: readonly string[]) =>
      grantAccess(test.signon, actor, { email: ann.email, applicationName: 'Whitehall', permissions })
    await give('Managing Editor')
    await give('Editor')

    const line = ['permissions', 'by-non-gds-user-and-origin', 'report.csv']
    deepEqual(await json(...line), { matched: 4, changed: 0, details: [], file: 'report.csv' })
    const path = join(folder, 'report.csv')
    equal((await stat(path)).mode & 0o777, 0o600)
    const rows = (await readFile(path, 'utf8'))
      .trimEnd()
      .split('\r\n')
      .map((row) => row.split(','))
    deepEqual(
      rows.map((row) => row.length),
      [17, 17, 17, 17, 17],
    )
    const at = test.clock.now().toISOString()
    const events = await test.rows<{ id: string }>('select id from events where number = 35 order by id')
    const ofAnn = [String(ann.id), ann.email, 'Home Office', 'Normal', 'active', at, 'Whitehall']
    const given = [at, at, String(root.id), root.email, 'GDS', 'Superadmin', at]
    const both = events[0]?.id
    deepEqual(rows.filter(([, email]) => email === ann.email).toSorted(), [
      [...ofAnn, 'Editor', ...given, 'Editor', events[1]?.id],
      [...ofAnn, 'Managing Editor', ...given, 'Managing Editor;signin', both],
      [...ofAnn, 'signin', ...given, 'Managing Editor;signin', both],
    ])
    const ofBob = rows.find(([id]) => id === String(bob.id))
    deepEqual([ofBob?.[1], ofBob?.slice(10)], ["'=bob@example.gov.uk", ['', '', '', '', '', '', '']])
  })

  it('has a usual name for the file, also under its former name, and says when it cannot be written', async () => {
    const { file } = await json('permissions', 'permissions-by-non-gds-user-and-origin')
    equal(file, 'permissions_by_non_gds_user.csv')
    match(await readFile(join(folder, file), 'utf8'), /^Grantee id,/)
    const [code, kind, message] = await refusal(
      'permissions',
      'by-non-gds-user-and-origin',
      'no/such/folder.csv',
    )
    deepEqual([code, kind], [1, 'invalid'])
    match(message, /cannot be written/)
    equal((await refusal('permissions', 'by-non-gds-user-and-origin', 'a', 'b'))[0], 2)
  })
})
