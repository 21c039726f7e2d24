import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createContext, runInContext } from 'node:vm'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import * as common from '@zxcvbn-ts/language-common'
import * as english from '@zxcvbn-ts/language-en'
import { estimatorSettings } from '#domain/password-strength.js'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const packages = ['core', 'language-common', 'language-en']
const textOf = async (path: string): Promise<string> => (await fetch(`${test.url}/assets/${path}`)).text()

describe('what browsers judge passwords with', () => {
  it('is fetched compressed, and kept', async () => {
    for (const name of packages) {
      const answer = await fetch(`${test.url}/assets/${name}/dist/zxcvbn-ts.js`)
      equal(answer.status, 200)
      equal(answer.headers.get('content-encoding'), 'gzip')
      equal(answer.headers.get('vary'), 'accept-encoding')
      match(answer.headers.get('cache-control') ?? '', /max-age=86400/)
      const plain = await fetch(answer.url, { headers: { 'accept-encoding': 'identity' } })
      equal(plain.headers.get('content-encoding'), null)
      equal(await answer.text(), await plain.text())
    }
  })

  it('is the server’s own rule, and no other file of it', async () => {
    match(await textOf('password-strength.js'), /export const isStrong/)
    for (const path of ['password.ts', 'user.ts', 'core/package.json', 'core/src/index.ts'])
      equal((await fetch(`${test.url}/assets/${path}`)).status, 404, path)
  })

  it('estimates as the server does', async () => {
    const window = createContext()
    for (const name of packages) runInContext(await textOf(`${name}/dist/zxcvbn-ts.js`), window)
    const settings = JSON.stringify(estimatorSettings)
    const theirs = runInContext(
      `({ core, 'language-common': common, 'language-en': english }) => new core.ZxcvbnFactory({
         ...${settings}, dictionary: { ...common.dictionary, ...english.dictionary }, graphs: common.adjacencyGraphs })`,
      window,
    )(runInContext('zxcvbnts', window))
    const ours = new ZxcvbnFactory({
      ...estimatorSettings,
      dictionary: { ...common.dictionary, ...english.dictionary },
      graphs: common.adjacencyGraphs,
    })
    const passwords = [
      'very weak password',
      'diagram donkey doodle',
      'a 5tr0ng p4ssphrase',
      'qwertyuiop',
      'jane 1987',
    ]
    deepEqual(
      passwords.map((password) => theirs.check(password, ['jane']).guesses),
      passwords.map((password) => ours.check(password, ['jane']).guesses),
    )
  })
})
