import { equal, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { estimatorSettings, holdsOwnWord, isStrong, ownWordsOf } from '#domain/password-strength.js'
import { systemRandom } from '#kernel/random.ts'
import { strengthJudge } from './password-strength.ts'

const judge = strengthJudge()
const wordsOf = (email: string, name = '', organisation: string | null = null) =>
  ownWordsOf({ name, email, organisation })
const jane = 'jane.user@example.com'

// reference/accounts-and-sign-in.md 6.1
const fixtures: readonly (readonly [password: string, email: string, isGood: boolean])[] = [
  ['Zyzzogeton', jane, false],
  ['zymophosphate', 'user1@example.com', false],
  ['janeuser11', jane, false],
  ['very weak password', jane, false],
  ['sherlock holmes baker street', 'sherlock.holmes@bakerstreet.com', false],
  ['sherlock holmes baker street', 'sleuth@detective.com', true],
  ['dNG.c0w5!', jane, false],
  ['stronger password purple monkey dishwasher', jane, true],
  ['4 totally! dzzzifferent pass-phrase', jane, true],
  ['some v3ry s3cure password', jane, true],
  ['a 5tr0ng p4ssphrase', jane, true],
  ['diagram donkey doodle', jane, true],
  ['correct horse battery daffodil', jane, true],
  ['pretext annoying headpiece waviness header slinky', 'neptuno.keighley@office.gov.uk', true],
  [systemRandom.bytes(16).toString('hex'), jane, true],
  ['4 l0nG sT!,ng '.repeat(10).slice(0, 128), jane, true],
]

describe('a password', () => {
  for (const [password, email, isGood] of fixtures)
    it(`${password.slice(0, 50)} is ${isGood ? 'strong' : 'weak'} for ${email}`, async () => {
      equal(await judge(password, wordsOf(email)), isGood)
    })

  it('is weak when it is common, or one word, or keys in a row, or the same again and again', async () => {
    for (const weak of [
      'password1234',
      'qwertyuiop[]',
      'P@ssw0rd2026!',
      'aaaaaaaaaaaaaaaaaaaa',
      '1234567890123456',
    ])
      equal(await judge(weak, []), false, weak)
  })

  it('is weak when it is mostly its owner’s name, address or organisation, however it is written', async () => {
    const words = wordsOf(
      'ada.lovelace@analytical.gov.uk',
      'Ada Lovelace',
      'Department for Calculating Machines',
    )
    for (const weak of [
      'ADA-lovelace-analytical-7',
      'DepartmentForCalculatingMachines',
      'calculating machines lovelace !!',
    ])
      equal(await judge(weak, words), false, weak)
    equal(await judge('calculating purple monkeys dishwasher', words), true)
  })

  it('is judged by its beginning, whatever its length', () => {
    const lengths: number[] = []
    const guesses = (password: string): number => {
      lengths.push(password.length)
      return 1e12
    }
    for (const length of [10, 64, 4096]) ok(isStrong(guesses, 'x'.repeat(length), wordsOf(jane)))
    equal(lengths.join(), '10,64,64')
    ok(estimatorSettings.maxLength <= 64)
  })

  it('is told from others that were asked about at the same moment', async () => {
    const answers = await Promise.all(
      ['very weak password', 'diagram donkey doodle', 'Zyzzogeton'].map((password) => judge(password, [])),
    )
    equal(answers.join(), 'false,true,false')
  })
})

describe('somebody’s own words', () => {
  it('are what they are called by, whole and in pieces, without pieces that mean nothing', () => {
    equal(
      wordsOf('a.bc@example.gov.uk', 'Bé O’Hara').join('|'),
      'bé o’hara|hara|a.bc@example.gov.uk|example|gov',
    )
  })

  it('are found in a password in any case and spacing', () => {
    ok(holdsOwnWord('my EXAM-ple', ['example']))
    ok(!holdsOwnWord('nothing of it', ['example']))
  })
})
