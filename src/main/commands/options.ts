import { type Option, WrongUsage } from './command.ts'

/** A text that may be left out. */
export const text = (value: string, about: string): Option<string | undefined> => ({
  value,
  about,
  read: ([given]) => given,
})

/** A text that must be given. */
export const requiredText = (value: string, about: string): Option<string> => ({
  value,
  about,
  isRequired: true,
  // Whoever reads the command line has refused a missing one.
  read: ([given = '']) => given,
})

/** Any number of texts, the option once for each. */
export const texts = (value: string, about: string): Option<readonly string[]> => ({
  value,
  about,
  isRepeatable: true,
  read: (given) => given,
})

/** The same, and one at least. */
export const requiredTexts = (value: string, about: string): Option<readonly string[]> => ({
  ...texts(value, about),
  isRequired: true,
})

/** Yes when it is there. */
export const flag = (about: string): Option<boolean> => ({ about, read: (given) => given.length > 0 })

/** Of a command that changes more than one thing. */
export const dryRun = flag('Say what would change, and change nothing.')

/** One of a few words. */
export const choice = <const T extends string>(
  value: string,
  about: string,
  words: readonly T[],
  otherwise: T,
): Option<T> => ({
  value,
  about: `${about} One of ${words.join(', ')}; ${otherwise} unless given.`,
  read: ([given = otherwise]) => {
    const known = words.find((word) => word === given)
    if (known === undefined) throw new WrongUsage(`must be one of ${words.join(', ')}`)
    return known
  },
})

/** A whole number within limits. */
export const count = (
  about: string,
  otherwise: number,
  [least, most]: readonly [number, number],
): Option<number> => ({
  value: 'N',
  about,
  read: ([given]) => {
    const number = given === undefined ? otherwise : wholeNumber(given)
    if (!(number >= least && number <= most))
      throw new WrongUsage(`must be a whole number from ${least} to ${most}`)
    return number
  },
})

const wholeNumber = (given: string): number => (/^\d{1,10}$/.test(given) ? Number(given) : Number.NaN)
