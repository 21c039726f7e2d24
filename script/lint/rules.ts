import type { Use } from './uses.ts'

/** A use that has a home: elsewhere it is a fault. */
export interface Rule {
  readonly name: string
  readonly forbids: RegExp
  readonly homes: readonly Home[]
  readonly instead: string
}

interface Home {
  readonly files: RegExp
  /** How many such uses it may have; any number when absent. */
  readonly atMost?: number
}

export interface Fault extends Use {
  readonly rule: string
  readonly instead: string
}

const rules: readonly Rule[] = [
  {
    name: 'clock',
    forbids: /^(new Date\(\)|Date\(\)|Date\.now|Temporal\.Now\..+)$/,
    homes: [
      { files: /^src\/kernel\/clock[.]ts$/ },
      { files: /^demo\/publisher\/publisher[.]ts$/, atMost: 1 },
    ],
    instead: 'Use work.now, take now as an argument, or ask the Clock that main/ hands down.',
  },
  {
    name: 'chance',
    forbids: /^(Math\.random|crypto\.(webcrypto\.)?(random\w+|getRandomValues))$/,
    homes: [{ files: /^src\/kernel\/random[.]ts$/ }, { files: /^demo\/publisher\// }],
    instead: 'Ask the Random that main/ hands down.',
  },
  {
    name: 'environment',
    forbids: /^process\.env$/,
    homes: [{ files: /^src\/main\// }, { files: /[.]test[.]ts$/ }],
    instead: 'Read the setting in src/main/config.ts, and pass the value on.',
  },
  {
    name: 'sql-clock-and-chance',
    forbids: /^SQL /,
    homes: [],
    instead: 'Pass the time or the id as a parameter, so that a test can set it.',
  },
  {
    name: 'length',
    forbids: /^more than \d+ lines$/,
    homes: [{ files: /[.]test[.]ts$/ }, { files: /^src\/store\/schema[.]ts$/ }, { files: /^(demo|db)\// }],
    instead: 'It holds two ideas: give each a file.',
  },
]

/** The faults of one file, named from the top of the checkout. */
export function faults(file: string, uses: readonly Use[]): Fault[] {
  return rules.flatMap(({ name, forbids, homes, instead }) => {
    const home = homes.find(({ files }) => files.test(file))
    const allowed = home ? (home.atMost ?? Number.POSITIVE_INFINITY) : 0
    return uses
      .filter(({ what }) => forbids.test(what))
      .slice(allowed)
      .map((use) => ({ ...use, rule: name, instead }))
  })
}
