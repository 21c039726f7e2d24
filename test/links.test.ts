import { deepEqual, ok } from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, it } from 'node:test'

const root = dirname(import.meta.dirname)

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].sort()

const withoutCodeBlocks = (text: string): string => text.replaceAll(/^```.*?^```/gms, '')

/** Where the links of a document lead, but for those that leave the repository. */
const linksIn = (text: string): readonly string[] =>
  [...withoutCodeBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))

/** What a document names in back-ticks that looks like a file or folder of the repository. */
const pathsIn = (text: string): readonly string[] =>
  [...withoutCodeBlocks(text).matchAll(/`((?:src|test|docs|db|demo|script|bin|bench)\/[^`\s]*)[^`]*`/g)]
    .map(([, path = '']) => path)
    // Patterns and placeholders: `features/x`, `NNNN-what.sql`, `routes/*`.
    .filter((path) => !/[…]|NNNN|\/[xy](?:[/.]|$)/.test(path))

/** The anchors that GitHub makes of the headings. */
const anchorsIn = (text: string): readonly string[] =>
  [...withoutCodeBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )

const isThere = (path: string): boolean => {
  if (!path.includes('*')) return existsSync(join(root, path))
  // A star stands for one name or a part of it.
  const [folder = '', ...rest] = path.split(/(?=\/[^/]*\*)/)
  if (rest.length === 0 || !existsSync(join(root, folder))) return false
  const pattern = new RegExp(
    `^${rest
      .join('')
      .slice(1)
      .replaceAll(/[.+()]/g, '\\$&')
      .replaceAll('*', '[^/]*')}$`,
  )
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).some((name) =>
    pattern.test(name),
  )
}

const faultOf = (document: string, target: string): string | undefined => {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? join(root, document) : join(root, dirname(document), path)
  if (relative(root, file).startsWith('..') || !existsSync(file)) return `${target}: no such file`
  if (anchor === undefined || anchorsIn(readFileSync(file, 'utf8')).includes(anchor)) return undefined
  return `${target}: no such heading`
}

describe('documents', () => {
  for (const document of documents)
    it(`${document} names only what is there`, () => {
      const text = readFileSync(join(root, document), 'utf8')
      const faults = [
        ...linksIn(text).map((target) => faultOf(document, target)),
        ...pathsIn(text).map((path) => (isThere(path) ? undefined : `\`${path}\`: no such file`)),
      ]
      deepEqual(
        faults.filter((fault) => fault !== undefined),
        [],
      )
    })

  it('would notice what is not there', () => {
    deepEqual(linksIn('[a](b.md) [c](https://example.com) [d](#e)'), ['b.md', '#e'])
    deepEqual(pathsIn('`src/nothing.ts`, `bin/signon web`, `reference/x.md`, `src/features/x`'), [
      'src/nothing.ts',
      'bin/signon',
    ])
    ok(isThere('src/features/*/*.test.ts'))
    ok(!isThere('src/features/*/*.nothing'))
    ok(!isThere('src/nothing.ts'))
    deepEqual(
      ['nothing.md', 'README.md#nothing', '../outside.md'].map((target) => faultOf('README.md', target)),
      ['nothing.md: no such file', 'README.md#nothing: no such heading', '../outside.md: no such file'],
    )
  })
})
