import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { together } from './together.ts'

/** Batches that were asked, each with the way to answer it. */
const watched = () => {
  const batches: {
    questions: readonly number[]
    answer: (answers: string[]) => void
    fail: (error: Error) => void
  }[] = []
  const ask = together<number, string>(
    (questions) =>
      new Promise((answer, fail) => {
        batches.push({ questions, answer, fail })
      }),
  )
  return { batches, ask }
}

const sizesOf = (batches: readonly { readonly questions: readonly number[] }[]): readonly number[] =>
  batches.map(({ questions }) => questions.length)

const turn = () => new Promise(setImmediate)

describe('asking together', () => {
  it('asks at once when nobody is away, and takes all who came meanwhile along in the next', async () => {
    const { batches, ask } = watched()
    const answers = [1, 2, 3].map(ask)
    assert.deepEqual(
      batches.map(({ questions }) => questions),
      [[1]],
    )
    batches[0]?.answer(['one'])
    await turn()
    assert.deepEqual(batches[1]?.questions, [2, 3])
    batches[1]?.answer(['two', 'three'])
    assert.deepEqual(await Promise.all(answers), ['one', 'two', 'three'])
  })

  it('tells a failure to those that it concerns, and goes on with the others', async () => {
    const { batches, ask } = watched()
    const [first, second] = [ask(1), ask(2)]
    batches[0]?.fail(new Error('The database is away.'))
    await assert.rejects(first, /away/)
    await turn()
    batches[1]?.answer(['two'])
    assert.equal(await second, 'two')
    await turn()
    const third = ask(3)
    batches[2]?.answer(['three'])
    assert.equal(await third, 'three')
  })

  it('lets those leave who are eight, and nobody a third time', async () => {
    const { batches, ask } = watched()
    const answers = Array.from({ length: 20 }, (_, question) => ask(question))
    assert.deepEqual(sizesOf(batches), [1, 8])
    batches[0]?.answer(['0'])
    await turn()
    assert.deepEqual(sizesOf(batches), [1, 8, 11])
    batches[1]?.answer(['1', '2', '3', '4', '5', '6', '7', '8'])
    batches[2]?.answer(Array.from({ length: 11 }, (_, index) => String(index + 9)))
    assert.deepEqual(
      await Promise.all(answers),
      Array.from({ length: 20 }, (_, question) => String(question)),
    )
  })

  it('leaves nobody behind, in whatever order the two come back', async () => {
    const { batches, ask } = watched()
    for (let question = 0; question < 12; question += 1) void ask(question)
    assert.deepEqual(sizesOf(batches), [1, 8])
    batches[1]?.answer([])
    await turn()
    assert.deepEqual(sizesOf(batches), [1, 8])
    batches[0]?.answer([])
    await turn()
    assert.deepEqual(sizesOf(batches), [1, 8, 3])
  })

  it('keeps each statement short', async () => {
    const { batches, ask } = watched()
    for (let question = 0; question < 120; question += 1) void ask(question)
    batches[0]?.answer([])
    batches[1]?.answer([])
    await turn()
    assert.deepEqual(sizesOf(batches), [1, 8, 50, 50])
  })
})
