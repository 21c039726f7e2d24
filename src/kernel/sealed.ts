import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto'
import type { Random } from './random.ts'

/** One key of the ring: 32 bytes under a short name. */
export interface Key {
  readonly id: string
  readonly bytes: Buffer
}

/** Encrypts what must be read again, and derives keyed hashes; the first key seals, every key opens. */
export interface KeyRing {
  /** The id of the key that seals. */
  readonly newestId: string
  /** The ids of all of them. */
  readonly ids: readonly string[]
  /** AES-256-GCM. The result names its key: `id.nonce.tag.ciphertext`, base64url parts. `about` is bound to it. */
  seal(text: string, about: string, random: Random): string
  /** The sealed text again. Throws when the key is gone, or the text or `about` is not what was sealed. */
  open(sealed: string, about: string): string
  /** HMAC-SHA-256 of `text` under a key derived for `purpose` from the first key. */
  mac(purpose: string, text: string): Buffer
  /** Did any key of the ring make `tag` for this purpose and text? Takes as long for a wrong one as for a right one. */
  isMac(purpose: string, text: string, tag: Buffer): boolean
}

const nonceBytes = 12

/** A ring of keys, newest first. Throws when it is empty, or a key has not 32 bytes. */
export const keyRing = (keys: readonly [Key, ...Key[]]): KeyRing => {
  const [newest] = keys
  for (const key of keys) if (key.bytes.length !== 32) throw new Error(`Key ${key.id} must have 32 bytes`)
  return {
    newestId: newest.id,
    ids: keys.map(({ id }) => id),
    seal(text, about, random) {
      const nonce = random.bytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', derive(newest, 'seal'), nonce).setAAD(Buffer.from(about))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return [
        newest.id,
        ...[nonce, cipher.getAuthTag(), body].map((part) => part.toString('base64url')),
      ].join('.')
    },
    open(sealed, about) {
      const [id, nonce, tag, body] = sealed.split('.')
      const key = keys.find((candidate) => candidate.id === id)
      if (!key || nonce === undefined || tag === undefined || body === undefined)
        throw new Error(`No key ${id} to open what was sealed for ${about}`)
      const decipher = createDecipheriv('aes-256-gcm', derive(key, 'seal'), Buffer.from(nonce, 'base64url'), {
        authTagLength: 16,
      })
        .setAAD(Buffer.from(about))
        .setAuthTag(Buffer.from(tag, 'base64url'))
      return Buffer.concat([decipher.update(Buffer.from(body, 'base64url')), decipher.final()]).toString(
        'utf8',
      )
    },
    mac: (purpose, text) => macWith(newest, purpose, text),
    isMac: (purpose, text, tag) =>
      keys
        .map((key) => macWith(key, purpose, text))
        .some((made) => made.length === tag.length && timingSafeEqual(made, tag)),
  }
}

const derived = new WeakMap<Key, Map<string, KeyObject>>()

/** The key for one purpose, each derived once; as an object, because Node takes six times as long with the bare bytes. */
const derive = (key: Key, purpose: string): KeyObject => {
  const known = derived.get(key) ?? new Map<string, KeyObject>()
  const made = known.get(purpose) ?? createSecretKey(createHmac('sha256', key.bytes).update(purpose).digest())
  derived.set(key, known.set(purpose, made))
  return made
}

const macWith = (key: Key, purpose: string, text: string): Buffer =>
  createHmac('sha256', derive(key, purpose)).update(text, 'utf8').digest()
