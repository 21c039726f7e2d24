/** Parameters as they were sent: a name that came several times has several values. */
export type Parameters = Readonly<Record<string, string | readonly string[]>>

/**
 * Reads `a=1&b=2` as browsers write it (WHATWG URL §5.1), but strictly: nothing when an escape is broken, when the
 * text is not UTF-8, or when it holds NUL. A parser that repairs what it gets would let two readers see two things.
 */
export const parseUrlencoded = (text: string): Parameters | undefined => {
  const parameters: Record<string, string | string[]> = Object.create(null)
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    const value = decode(equals < 0 ? '' : pair.slice(equals + 1))
    if (name === undefined || value === undefined) return undefined
    const known = parameters[name]
    if (known === undefined) parameters[name] = value
    else if (typeof known === 'string') parameters[name] = [known, value]
    else known.push(value)
  }
  return parameters
}

const decode = (text: string): string | undefined => {
  if (!/[%+]/.test(text)) return text.includes('\0') ? undefined : text
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '))
    return decoded.includes('\0') ? undefined : decoded
  } catch {
    return undefined
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A body's bytes as text, or nothing when they are not UTF-8. */
export const strictText = (bytes: Buffer): string | undefined => {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** A parameter that came exactly once, as text; nothing when it is missing, repeated or no text. */
export const onlyText = (parameters: unknown, name: string): string | undefined => {
  const value =
    typeof parameters === 'object' && parameters !== null ? Reflect.get(parameters, name) : undefined
  return typeof value === 'string' ? value : undefined
}

/**
 * The first of these parameters that came several times, or as a list or an object (`a[]=1`, `a[b]=1`), which other
 * readers of the same address may take for one that Signon does not see.
 */
export const manifoldOf = <Name extends string>(
  parameters: unknown,
  names: readonly Name[],
): Name | undefined => {
  if (typeof parameters !== 'object' || parameters === null) return undefined
  const sent = Object.keys(parameters)
  return names.find(
    (name) =>
      Array.isArray(Reflect.get(parameters, name)) || sent.some((other) => other.startsWith(`${name}[`)),
  )
}

/** Every value of a parameter, as often as it came; none when it is missing or no text. */
export const textsOf = (parameters: unknown, name: string): readonly string[] => {
  const value =
    typeof parameters === 'object' && parameters !== null ? Reflect.get(parameters, name) : undefined
  return [value].flat().filter((one): one is string => typeof one === 'string')
}
