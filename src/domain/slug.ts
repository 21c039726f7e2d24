/**
 * A name in lower-case letters without accents, digits, `-` and `_` (`reference/background-and-operations.md` 8.2; as
 * Rails' `parameterize` makes it).
 */
export const slugOf = (name: string): string =>
  name
    .replaceAll(/[ßæœøđłþ]/giu, (letter) => spelledOut[letter.toLowerCase()] ?? letter)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/-{2,}/g, '-')
    .replaceAll(/^-|-$/g, '')

/** Letters of our neighbours that are no letter with an accent. */
const spelledOut: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ł: 'l',
  þ: 'th',
}
