import { randomBytes, randomUUID } from 'node:crypto'

/** Where chance comes from. One source is made in `main/` and handed down. */
export interface Random {
  /** `length` unguessable bytes. */
  bytes(length: number): Buffer
  /** A fresh UUID, lower case. */
  uuid(): string
}

const poolBytes = 8192
let pool = Buffer.alloc(0)
let taken = 0

// Asking the operating system costs as much for 24 bytes as for thousands. Each byte is given away once, and wiped here.
const pooledBytes = (length: number): Buffer => {
  if (length > poolBytes / 8) return randomBytes(length)
  if (taken + length > pool.length) {
    pool = randomBytes(poolBytes)
    taken = 0
  }
  const bytes = Buffer.from(pool.subarray(taken, taken + length))
  pool.fill(0, taken, taken + length)
  taken += length
  return bytes
}

/** The operating system's cryptographic source. */
export const systemRandom: Random = { bytes: pooledBytes, uuid: () => randomUUID() }
