import { deepEqual, equal, match, notEqual, ok, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { after } from './clock.ts'
import { systemRandom } from './random.ts'
import {
  hashToken,
  isMadeSince,
  mintForNewRow,
  mintToken,
  randomSecret,
  rowId,
  timeOrderedId,
  tokenId,
} from './token.ts'

const now = new Date('2026-11-02T09:30:00.123Z')

describe('a time-ordered id', () => {
  it('grows with time, and fits a bigint until 2109', () => {
    ok(BigInt(timeOrderedId(now, systemRandom)) < BigInt(timeOrderedId(after(now, 1), systemRandom)))
    ok(BigInt(timeOrderedId(new Date('2109-01-01'), systemRandom)) < 2n ** 63n)
  })

  it('is read from what somebody wrote, unless no row can have it', () => {
    for (const written of ['1', '9223372036854775807', timeOrderedId(now, systemRandom)])
      equal(rowId(written), written)
    for (const written of [
      '',
      '0',
      '01',
      '-1',
      '+1',
      ' 1',
      '1.0',
      '1e3',
      '9223372036854775808',
      '9'.repeat(30),
    ])
      equal(rowId(written), undefined, written)
  })

  it('tells whether it was made since an instant, to the millisecond', () => {
    const id = timeOrderedId(now, systemRandom)
    ok(isMadeSince(id, now))
    ok(isMadeSince(id, after(now, -1)))
    ok(!isMadeSince(id, after(now, 1)))
  })

  it('differs from others of the same millisecond', () => {
    const ids = new Set(Array.from({ length: 100 }, () => timeOrderedId(now, systemRandom)))
    ok(ids.size > 95)
  })
})

describe('a token for a new row', () => {
  it('takes another id until one is free, and gives up when none ever is', async () => {
    const tried: string[] = []
    const text = await mintForNewRow(now, systemRandom, async ({ id }) => tried.push(id) === 3)
    equal(tokenId(text), tried[2])
    equal(new Set(tried).size, 3)
    await rejects(
      mintForNewRow(now, systemRandom, async () => false),
      /Ten fresh ids in a row were taken/,
    )
  })
})

describe('a token', () => {
  it('is 43 URL-safe characters that lead to its row, and is stored as a hash', () => {
    const id = timeOrderedId(now, systemRandom)
    const token = mintToken(id, systemRandom)
    match(token.text, /^[A-Za-z0-9_-]{43}$/)
    equal(tokenId(token.text), id)
    deepEqual(token.hash, hashToken(token.text))
    equal(token.hash.length, 32)
    notEqual(mintToken(id, systemRandom).text, token.text)
  })

  it('leads nowhere when it is spelled in another way', () => {
    const { text } = mintToken(timeOrderedId(now, systemRandom), systemRandom)
    // The last character has two bits that mean nothing.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = alphabet.indexOf(text.at(-1) ?? '')
    const twin = text.slice(0, -1) + alphabet[last ^ 1]
    deepEqual(Buffer.from(twin, 'base64url'), Buffer.from(text, 'base64url'))
    for (const other of [
      twin,
      `${text}=`,
      `${text}A`,
      text.slice(1),
      '',
      ' ',
      '_'.repeat(43),
      'A'.repeat(43),
    ])
      equal(tokenId(other), undefined, other)
  })

  it('leads nowhere when it is a random secret that looks like one of negative id', () => {
    for (let tries = 0; tries < 50; tries += 1) {
      const id = tokenId(randomSecret(systemRandom))
      ok(id === undefined || BigInt(id) > 0n)
    }
  })

  it('holds 192 bits of chance beside its id', () => {
    const id = timeOrderedId(now, systemRandom)
    const texts = Array.from({ length: 20 }, () => mintToken(id, systemRandom).text)
    equal(new Set(texts.map((text) => text.slice(12))).size, 20)
    equal(new Set(texts.map((text) => text.slice(0, 10))).size, 1)
  })
})
