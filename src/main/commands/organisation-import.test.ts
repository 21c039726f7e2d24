import { deepEqual, equal, match } from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { testCommands } from '#test/commands.ts'
import { realRecords, startOrganisationsServer } from '#test/organisations-server.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const server = await startOrganisationsServer()
const folder = await mkdtemp(join(tmpdir(), 'signon-import-'))
after(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

const commands = testCommands(test, folder, { GOVUK_WEBSITE_ROOT: server.root })
const run = (...line: readonly string[]) => commands.run('organisations', 'import', ...line)
const json = async (...line: readonly string[]) => {
  const { details, ...numbers } = await commands.json('organisations', 'import', ...line)
  return { details, numbers }
}
const count = async (): Promise<number> =>
  (await test.rows<{ count: number }>('select count(*)::integer as count from organisations'))[0]?.count ?? 0

const unchanged = {
  organisations: 1262,
  created: 0,
  renamed: 0,
  closed: 0,
  reopened: 0,
  reparented: 0,
  vanished: 0,
  returned: 0,
  changed_otherwise: 0,
  ended_rules: 0,
  disagreements: 2,
  dangling: 0,
  refused_edges: 0,
}

describe('organisations import', () => {
  it('reads GOVUK_WEBSITE_ROOT, says what would change and changes nothing in a rehearsal, then does it', async () => {
    const rehearsal = await json('--dry-run')
    deepEqual(rehearsal.numbers, { ...unchanged, created: 1262, dry_run: true })
    deepEqual([await count(), await test.rows('select from organisation_imports')], [0, []])

    const first = await json()
    deepEqual(first.numbers, { ...unchanged, created: 1262 })
    deepEqual(first.details[0], {
      kind: 'created',
      organisation: realRecords[0]?.details.slug,
      name: realRecords[0]?.title.trim(),
    })
    equal(await count(), 1262)
    deepEqual(await test.rows('select actor_kind, actor_name, outcome from organisation_imports'), [
      { actor_kind: 'console', actor_name: userInfo().username, outcome: 'done' },
    ])
  })

  it('tells people in lines what changed, from another website or from a file', async () => {
    deepEqual((await json('--from', `${server.root}/`)).numbers, unchanged)
    const changed = realRecords.map((one) =>
      one.details.slug === 'ofcom' ? { ...one, title: 'Office of\u00a0Communications ' } : one,
    )
    await writeFile(join(folder, 'listed.json'), JSON.stringify(changed))
    const { code, out } = await run('--from', 'listed.json')
    equal(code, 0)
    match(out, /^Renamed {2,}ofcom +from Ofcom to Office of\u00a0Communications$/m)
    match(out, /^Named by the parent only, and not below it +ofcom/m)
    match(out, /^1,262 organisations: 1 renamed, 2 disagreements\.$/m)
  })

  it('is refused, with exit code 1, where the source has lost too much or cannot be read', async () => {
    await writeFile(join(folder, 'short.json'), JSON.stringify(realRecords.slice(0, 1000)))
    const refused = await run('--from', 'short.json', '--json')
    deepEqual([refused.code, refused.out], [1, ''])
    const { error } = JSON.parse(refused.err)
    equal(error.code, 'invalid')
    match(error.message, /lists 1,000 organisations, and 262 of the 1,262/)
    match((await run('--from', 'none.json')).err, /^The file none\.json cannot be read \(ENOENT\)\.\n$/)
    server.answer(2, (_request, response) => response.writeHead(500).end())
    deepEqual(await run(), {
      code: 1,
      out: '',
      err: `${server.root}/api/organisations?page=2 answered with status 500.\n`,
    })
    equal((await json('--from', 'short.json', '--allow-shrinking')).numbers.vanished, 262)
  })
})
