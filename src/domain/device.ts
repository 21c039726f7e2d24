/** What a user agent is known by, the more particular first: most name the browsers that they want to be taken for. */
const browsers = [
  ['Edg/', 'Edge'],
  ['EdgA/', 'Edge'],
  ['EdgiOS/', 'Edge'],
  ['Edge/', 'Edge'],
  ['OPR/', 'Opera'],
  ['OPiOS/', 'Opera'],
  ['SamsungBrowser/', 'Samsung Internet'],
  ['Firefox/', 'Firefox'],
  ['FxiOS/', 'Firefox'],
  ['CriOS/', 'Chrome'],
  ['Chromium/', 'Chromium'],
  ['Chrome/', 'Chrome'],
  ['Trident/', 'Internet Explorer'],
  ['MSIE ', 'Internet Explorer'],
  ['Safari/', 'Safari'],
] as const

const systems = [
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Android', 'Android'],
  ['CrOS', 'ChromeOS'],
  ['Windows', 'Windows'],
  ['Macintosh', 'macOS'],
  ['Linux', 'Linux'],
] as const

/**
 * A browser and its system in words, `Firefox on Windows`, as far as a user agent gives them away. Anybody can send
 * any user agent, so this is a help for recognising one's own, and no proof.
 */
export const deviceOf = (userAgent: string | null): string => {
  const browser = nameIn(browsers, userAgent ?? '')
  const system = nameIn(systems, userAgent ?? '')
  if (browser === undefined && system === undefined) return 'Unknown device'
  if (system === undefined) return `${browser}`
  return `${browser ?? 'Unknown browser'} on ${system}`
}

const nameIn = (marks: readonly (readonly [string, string])[], userAgent: string): string | undefined =>
  marks.find(([mark]) => userAgent.includes(mark))?.[1]
