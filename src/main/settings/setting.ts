/** One setting of the environment: what it is for, and what its text becomes. */
export interface Setting<T> {
  readonly about: string
  /** What holds without it, in words; nothing when it must be given outside the demo. */
  readonly otherwise?: string
  /** Its value. Throws an `Error` whose message says what is wrong, never what was given. */
  readonly parse: (text: string | undefined) => T
}

export const setting = <T>(one: Setting<T>): Setting<T> => one

export const required = (text: string | undefined): string => {
  if (text === undefined) throw new Error('must be given')
  return text
}

export const urlOf = (text: string, protocols: readonly string[]): URL => {
  if (!URL.canParse(text)) throw new Error('is not an address')
  const url = new URL(text)
  if (!protocols.includes(url.protocol))
    throw new Error(`must begin with ${protocols.map((one) => `${one}//`).join(' or ')}`)
  return url
}
