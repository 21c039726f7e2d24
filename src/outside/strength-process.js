// @ts-check
// JavaScript, so that the process need not load Node's TypeScript parser (30 MB). It ends when it is asked no more.
import process from 'node:process'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import * as common from '@zxcvbn-ts/language-common'
import * as english from '@zxcvbn-ts/language-en'
import { estimatorSettings, isStrong } from '#domain/password-strength.js'

const estimator = new ZxcvbnFactory({
  ...estimatorSettings,
  dictionary: { ...common.dictionary, ...english.dictionary },
  graphs: common.adjacencyGraphs,
})

/** @type {Parameters<typeof isStrong>[0]} */
const guessesOf = (password, ownWords) => estimator.check(password, [...ownWords]).guesses

process.on('message', (/** @type {import('./password-strength.ts').Question} */ { password, ownWords }) =>
  process.send?.(isStrong(guessesOf, password, ownWords)),
)
