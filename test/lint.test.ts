// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the lines planted here are code.
import { deepEqual, equal, match } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'

const checkout = dirname(import.meta.dirname)

/** Lines that break each rule of our own, in TypeScript. */
const breaches: Readonly<Record<string, readonly string[]>> = {
  clock: [
    'export const at = new Date()',
    'export const at = new Date',
    'export const at = new globalThis.Date()',
    'export const at = Date()',
    'export const at = Date.now()',
    'export const clock = Date.now',
    `export const at = Date['now']()`,
    'export const { now } = Date',
    'export const at = Temporal.Now.instant()',
  ],
  chance: [
    'export const dice = Math.random()',
    'export const dice = globalThis.Math.random()',
    'export const { random: dice } = Math',
    'export const id = crypto.randomUUID()',
    'export const bytes = globalThis.crypto.getRandomValues(new Uint8Array(8))',
    `import { randomBytes } from 'node:crypto'`,
    `import { randomInt as dice } from 'crypto'`,
    `import * as seed from 'node:crypto'; export const id = seed.randomUUID()`,
    `import seed from 'node:crypto'; export const id = seed.webcrypto.getRandomValues(new Uint8Array(8))`,
    `import { webcrypto } from 'node:crypto'; export const id = webcrypto.randomUUID()`,
  ],
  environment: [
    'export const url = process.env.DATABASE_URL',
    `export const url = process['env'].DATABASE_URL`,
    'export const url = globalThis.process.env.DATABASE_URL',
    'export const { env } = process',
    `import { env } from 'node:process'`,
    `import runtime from 'node:process'; export const url = runtime.env.DATABASE_URL`,
  ],
  'sql-clock-and-chance': [
    'export const query = sql`select now()`',
    `export const query = 'insert into users (created_at) values (CURRENT_TIMESTAMP)'`,
    'export const query = sql`update users set uid = gen_random_uuid() where id = ${id}`',
    'export const query = sql`where id = ${id} order by random ()`',
    'export const query = sql`where id = ${id} and until < clock_timestamp() and email = ${email}`',
  ],
}

/** Lines that look like breaches and are none. */
const lawful = [
  'export const at = new Date(0)',
  `export const at = new Date('2026-01-01T09:00:00Z')`,
  'export const started = performance.now()',
  '// new Date() and Math.random() are spoken of here, and not used.',
  `export const words = 'Choose now (or later), at random'`,
  'export const id = work.random.uuid()',
  `import { createHash } from 'node:crypto'; export const hash = createHash('sha256')`,
  'export const stop = process.exitCode',
  'export const { now } = work',
  'export const query = sql`select known() from users where now_at < ${now}`',
]

const homes = {
  clock: 'src/kernel/clock.ts',
  chance: 'src/kernel/random.ts',
  environment: 'src/main/config.ts',
}

describe('the lint rules of our own', () => {
  let field: string

  before(() => {
    field = mkdtempSync(join(tmpdir(), 'signon-lint-'))
  })

  after(() => rmSync(field, { recursive: true }))

  it('are kept in this checkout', () => {
    const { status, faults } = lint(checkout)
    deepEqual(faults, [])
    equal(status, 0)
  })

  for (const [rule, lines] of Object.entries(breaches)) {
    it(`notice every breach of ${rule}, and name its line`, () => {
      const tree = mkdtempSync(join(field, 'tree-'))
      for (const [index, line] of lines.entries()) write(tree, `src/domain/${index}.ts`, `\n\n${line}\n`)

      const { status, faults } = lint(tree)
      deepEqual(
        faults.map(place),
        lines.map((_, index) => `src/domain/${index}.ts:3 ${rule}`),
      )
      equal(status, 1)
    })
  }

  it('notice a migration that asks the database for time or chance', () => {
    const tree = mkdtempSync(join(field, 'tree-'))
    const migration =
      '-- now() is spoken of\n/* and\nrandom() */\ncreate table t (\n  at timestamptz default now()\n);'
    write(tree, 'db/migrations/0001_first.sql', migration)

    deepEqual(lint(tree).faults.map(place), ['db/migrations/0001_first.sql:5 sql-clock-and-chance'])
  })

  it('are silent at home', () => {
    const tree = mkdtempSync(join(field, 'tree-'))
    for (const [rule, file] of Object.entries(homes)) write(tree, file, breaches[rule]?.join('\n') ?? '')
    write(tree, 'src/store/users.test.ts', breaches['environment']?.join('\n') ?? '')
    write(tree, 'demo/publisher/publisher.ts', 'export const at = new Date()')
    write(tree, 'demo/publisher/nonce.ts', breaches['chance']?.join('\n') ?? '')

    deepEqual(lint(tree).faults, [])
  })

  it('let the publisher look at the clock once', () => {
    const tree = mkdtempSync(join(field, 'tree-'))
    write(tree, 'demo/publisher/publisher.ts', 'const at = new Date()\nconst again = new Date()')

    deepEqual(lint(tree).faults.map(place), ['demo/publisher/publisher.ts:2 clock'])
  })

  it('notice a source file of more than 250 lines, however they are filled', () => {
    const tree = mkdtempSync(join(field, 'tree-'))
    write(tree, 'src/domain/full.ts', 'f()\n'.repeat(250))
    write(tree, 'src/domain/long.ts', 'f()\n'.repeat(251))
    write(tree, 'src/domain/story.ts', `/*${'\n'.repeat(250)}*/\n`)
    write(tree, 'src/domain/user.test.ts', 'f()\n'.repeat(251))
    write(tree, 'src/store/schema.ts', 'f()\n'.repeat(251))

    deepEqual(lint(tree).faults.map(place), [
      'src/domain/long.ts:251 length',
      'src/domain/story.ts:251 length',
    ])
  })

  it('are silent where nothing is wrong', () => {
    const tree = mkdtempSync(join(field, 'tree-'))
    write(tree, 'src/domain/user.ts', lawful.join('\n'))

    deepEqual(lint(tree).faults, [])
  })

  it('refuse to pass a tree in which they found nothing to read', () => {
    const { status, output } = lint(mkdtempSync(join(field, 'tree-')))
    equal(status, 1)
    match(output, /^0 files read/)
  })
})

describe('the lint rules of Biome', () => {
  let tree: string

  before(() => {
    tree = mkdtempSync(join(tmpdir(), 'signon-biome-'))
    copyFileSync(join(checkout, 'biome.json'), join(tree, 'biome.json'))
  })

  after(() => rmSync(tree, { recursive: true }))

  it('refuse the console', () => {
    write(tree, 'src/domain/user.ts', `console.log('hello')\n`)
    deepEqual(biome(tree, 'src/domain/user.ts'), ['lint/suspicious/noConsole'])
  })
})

interface Findings {
  readonly status: number | null
  readonly output: string
  readonly faults: readonly string[]
}

function lint(tree: string): Findings {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(checkout, 'script/lint/lint.ts'), tree],
    {
      encoding: 'utf8',
    },
  )
  equal(stderr, '')
  return { status, output: stdout, faults: stdout.trimEnd().split('\n').slice(0, -1) }
}

/** The part of a fault that says where it is and what it breaks. */
function place(fault: string): string {
  return fault.replace(/: .*/, '')
}

/** The rules that Biome finds broken in one file. */
function biome(tree: string, file: string): string[] {
  const command = join(checkout, 'node_modules/.bin/biome')
  const { stdout } = spawnSync(command, ['lint', '--reporter=github', file], { cwd: tree, encoding: 'utf8' })
  return [...stdout.matchAll(/title=([^,]+)/g)].map(([, rule = '']) => rule)
}

function write(folder: string, file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}
