import type { KeyRing } from '#kernel/sealed.ts'
import { hashToken } from '#kernel/token.ts'

/** A secret as it is kept: its SHA-256, and a sealed copy while it is on its way to the cluster. */
export interface KeptSecret {
  readonly hash: Buffer
  readonly sealed: string | null
}

/** The text of a secret, if there is a copy that a key of the ring opens and that is the secret itself. */
export const textOf = (keys: KeyRing, { hash, sealed }: KeptSecret, about: string): string | undefined => {
  if (sealed === null) return undefined
  try {
    const text = keys.open(sealed, about)
    return hashToken(text).equals(hash) ? text : undefined
  } catch {
    return undefined
  }
}
