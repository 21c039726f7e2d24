// @ts-check
// JavaScript, because browsers are served this very file: what they say while somebody types is what the server says.

/** How zxcvbn is set up, beside its dictionaries. Its work grows faster than the password, hence both limits. */
export const estimatorSettings = { maxLength: 64, l33tMaxSubstitutions: 20 }

/**
 * zxcvbn gives its best score, 4, from 10¹⁰ guesses on. Three common words reach that (`very weak password` takes
 * 10¹⁰·⁶), and must not do, so we ask for ten times as many. Eleven characters of pure chance have them.
 */
const enoughGuesses = 1e11

/** Shorter pieces are in too many words to mean anything. */
const shortestOwnWord = 3

/**
 * Words that whoever knows this person would try first: name, address and organisation, whole and in pieces.
 * @param {{ readonly name: string, readonly email: string, readonly organisation: string | null }} person
 * @returns {readonly string[]}
 */
export const ownWordsOf = ({ name, email, organisation }) => {
  const pieces = [name, email, organisation ?? ''].flatMap((text) => [text, ...text.split(betweenWords)])
  const words = pieces.map((piece) => piece.trim().toLowerCase())
  return [...new Set(words)].filter((word) => bare(word).length >= shortestOwnWord)
}

/**
 * Is a password hard to guess for somebody who knows these words of its owner? zxcvbn makes such words cheap, but four
 * cheap words are still a long password; so one of which they are more than half is refused whatever its estimate.
 * @param {(password: string, ownWords: readonly string[]) => number} guessesOf How many guesses a password takes.
 * @param {string} password Only its beginning is estimated: it is enough when that is strong.
 * @param {readonly string[]} ownWords
 * @returns {boolean}
 */
export const isStrong = (guessesOf, password, ownWords) =>
  !isMostly(ownWords, password) &&
  guessesOf(password.slice(0, estimatorSettings.maxLength), ownWords) >= enoughGuesses

/**
 * Is any of the words in the password, however it is written?
 * @param {string} password
 * @param {readonly string[]} ownWords
 * @returns {boolean}
 */
export const holdsOwnWord = (password, ownWords) => {
  const text = bare(password)
  return ownWords.some((word) => text.includes(bare(word)))
}

/**
 * @param {readonly string[]} words
 * @param {string} password
 */
const isMostly = (words, password) => {
  const text = bare(password)
  const longestFirst = words.map(bare).toSorted((one, other) => other.length - one.length)
  const others = longestFirst.reduce((rest, word) => rest.replaceAll(word, ' '), text).replaceAll(' ', '')
  return others.length < text.length / 2
}

const betweenWords = /[^\p{L}\p{N}]+/u

/**
 * Letters and digits only, in lower case.
 * @param {string} text
 */
const bare = (text) => text.toLowerCase().split(betweenWords).join('')
