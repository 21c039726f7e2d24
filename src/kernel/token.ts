import { hash } from 'node:crypto'
import type { Random } from './random.ts'

/** Row ids that Signon chooses itself: 63 bits, ordered by time, written in decimal (`docs/adr/0005`). */
export type TimeOrderedId = string

/** A token and what is kept of it. `text` goes to its holder once; only `id` and `hash` are stored. */
export interface MintedToken {
  readonly id: TimeOrderedId
  readonly text: string
  readonly hash: Buffer
}

const idBytes = 8
const chanceBytes = 24
/** Milliseconds take 42 bits (until the year 2109), chance the other 21. */
const chanceBits = 21n

/** A fresh time-ordered id. Two made in the same millisecond differ by 21 bits of chance. */
export const timeOrderedId = (now: Date, random: Random): TimeOrderedId => {
  const chance = BigInt(random.bytes(4).readUInt32BE()) & ((1n << chanceBits) - 1n)
  return ((BigInt(now.getTime()) << chanceBits) | chance).toString()
}

/** The time-ordered id that rows made at `instant` begin from; for walking rows by age. */
const firstIdAt = (instant: Date): TimeOrderedId => (BigInt(instant.getTime()) << chanceBits).toString()

/** Was the row of this id made at `instant` or later? */
export const isMadeSince = (id: TimeOrderedId, instant: Date): boolean =>
  BigInt(id) >= BigInt(firstIdAt(instant))

/**
 * A bearer token for the row `id`: 43 URL-safe characters holding the id and 192 bits of chance. The id leads to
 * the row by its primary key; the hash proves the token.
 */
export const mintToken = (id: TimeOrderedId, random: Random): MintedToken => {
  const bytes = Buffer.alloc(idBytes + chanceBytes)
  bytes.writeBigInt64BE(BigInt(id), 0)
  random.bytes(chanceBytes).copy(bytes, idBytes)
  const text = bytes.toString('base64url')
  return { id, text, hash: hashToken(text) }
}

/**
 * A token for a new row: `insert` is given one after another until it says that its id was free. Of ids that
 * are chosen in the same millisecond, one pair in two million is alike.
 */
export const mintForNewRow = async (
  now: Date,
  random: Random,
  insert: (token: MintedToken) => Promise<boolean>,
): Promise<string> => {
  for (let tries = 0; tries < 10; tries += 1) {
    const token = mintToken(timeOrderedId(now, random), random)
    if (await insert(token)) return token.text
  }
  throw new Error('Ten fresh ids in a row were taken: is the clock or the source of chance stuck?')
}

const largestId = (1n << 63n) - 1n

/** The id that somebody wrote into an address or a form; nothing when no row can have it. */
export const rowId = (written: string): TimeOrderedId | undefined =>
  /^[1-9]\d{0,18}$/.test(written) && BigInt(written) <= largestId ? written : undefined

/** The number that somebody wrote into an address or a form, of a row that the database numbers; nothing for anything else. */
export const rowNumber = (written: string): number | undefined =>
  /^[1-9]\d{0,8}$/.test(written) ? Number(written) : undefined

const shape = /^[A-Za-z0-9_-]{43}$/

/** The row id that a presented token names, or nothing when it has not a token's shape. */
export const tokenId = (text: string): TimeOrderedId | undefined => {
  if (!shape.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  const id = bytes.readBigInt64BE(0)
  // Another spelling of the same bytes (unused trailing bits) is not the token that was issued.
  return id > 0n && bytes.toString('base64url') === text ? id.toString() : undefined
}

/** What is stored in place of a high-entropy secret: its SHA-256, 32 bytes. */
export const hashToken = (text: string): Buffer => hash('sha256', text, 'buffer')

/** The text of a fresh API token: a random secret behind a prefix that people and scanners know it by. */
export const apiTokenText = (random: Random): string => `sgn_${randomSecret(random)}`

/** A random URL-safe secret of 256 bits, 43 characters: client ids, client secrets. */
export const randomSecret = (random: Random): string => random.bytes(32).toString('base64url')

const readableLetters = 'abcdefghijkmnpqrstuvwxyz23456789'

/** A random secret of 80 bits that people can copy by hand: four times four letters and digits, none alike. */
export const readableCode = (random: Random): string =>
  [...random.bytes(16)]
    .map((byte) => readableLetters.charAt(byte % readableLetters.length))
    .join('')
    .replaceAll(/(.{4})(?=.)/g, '$1-')
