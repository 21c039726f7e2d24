import { Invalid, Unavailable } from '#kernel/failure.ts'

/** One page of the organisations API: what it lists, and what it says of the others (`reference/organisations-api.md`). */
export interface Envelope {
  readonly results: readonly unknown[]
  /** How many organisations there are on all pages, where it says. */
  readonly total: number | undefined
  readonly nextPageUrl: string | undefined
}

/** Takes a page apart. Throws `Unavailable` for what is not JSON, perhaps cut short, and `Invalid` for other JSON. */
export const envelopeIn = (text: string, where: string): Envelope => {
  const document = jsonIn(text, where)
  if (
    typeof document !== 'object' ||
    document === null ||
    !('results' in document) ||
    !Array.isArray(document.results)
  )
    throw new Invalid(`${where} is JSON, but no list of organisations.`)
  const { total, next_page_url: next } = document as {
    readonly total?: unknown
    readonly next_page_url?: unknown
  }
  return {
    results: document.results,
    total: typeof total === 'number' ? total : undefined,
    nextPageUrl: typeof next === 'string' ? next : undefined,
  }
}

/** All organisations of a file: an array of them, or one page with all of them. Throws as `envelopeIn` does. */
export const listIn = (text: string, where: string): readonly unknown[] => {
  const document = jsonIn(text, where)
  if (Array.isArray(document)) return document
  const { results, total } = envelopeIn(text, where)
  refuseGap(where, results.length, total)
  return results
}

/** While the list is read page by page, so many may drop out of it. */
const mostShifted = 20

/** Throws `Unavailable` where much less was read than the list says it holds: whoever is missing is not gone. */
export const refuseGap = (where: string, count: number, total = 0): void => {
  if (count + mostShifted < total)
    throw new Unavailable(`${where} ends after ${count} organisations, but says that there are ${total}.`)
}

const jsonIn = (text: string, where: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new Unavailable(`${where} is not JSON, or was cut short.`)
  }
}
