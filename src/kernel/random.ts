import { randomBytes, randomUUID } from 'node:crypto'

/** Where chance comes from. One source is made in `main/` and handed down. */
export interface Random {
  /** `length` unguessable bytes. */
  bytes(length: number): Buffer
  /** A fresh UUID, lower case. */
  uuid(): string
}

/** The operating system's cryptographic source. */
export const systemRandom: Random = { bytes: (length) => randomBytes(length), uuid: () => randomUUID() }
