import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { run } from './embedded-command.ts'
import type { Owner, Place } from './embedded-place.ts'
import type { Programs } from './embedded-programs.ts'

/** Puts before a command what makes it run as a given user, as one that can reach all it needs. */
export type Account = (command: readonly string[], owner?: Owner) => readonly string[]

export const keeperScript = fileURLToPath(import.meta.resolve('./embedded-keeper.sh'))

/**
 * Root drops to the owner. A checkout may lie where nobody but root can go (`mktemp -d` and /root are closed), and
 * then the owner keeps the least of root's capabilities with which it works: to read anything, or to
 * override permissions, which is needed where the programs themselves are closed too.
 */
const capabilities = [null, 'dac_read_search', 'dac_override'] as const

/** Finds how to run PostgreSQL here, by trying. Throws, saying what to do, when nothing works. */
export const chooseAccount = async (
  place: Place,
  programs: Programs,
  libraries: readonly string[],
): Promise<Account> => {
  const isRoot = process.geteuid?.() === 0
  const accounts = isRoot
    ? capabilities.map((capability) => droppingTo(place.owner, capability, libraries))
    : [asOurselves(libraries)]
  const failures: Error[] = []
  for (const account of accounts) {
    try {
      await run(account(trial(place, programs)))
      return account
    } catch (error) {
      failures.push(error as Error)
    }
  }
  const advice = isRoot
    ? 'Start Signon as an ordinary user, set SIGNON_DATA_DIR to a directory that every user can reach, or set DATABASE_URL to a PostgreSQL server.'
    : 'Set DATABASE_URL to a PostgreSQL server.'
  throw new Error(`The embedded PostgreSQL cannot run here: ${failures.at(-1)?.message}\n${advice}`)
}

const asOurselves =
  (libraries: readonly string[]): Account =>
  (command) => [...libraries, ...command]

const droppingTo =
  (server: Owner, capability: string | null, libraries: readonly string[]): Account =>
  (command, { uid, gid } = server) => [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--no-new-privs',
    ...(capability === null ? [] : keeping(capability)),
    '--',
    ...libraries,
    ...command,
  ]

// PostgreSQL asks access(2) about its own program, and that leaves capabilities out unless no_setuid_fixup is set.
const keeping = (capability: string): readonly string[] => [
  '--securebits=+no_setuid_fixup',
  `--inh-caps=-all,+${capability}`,
  `--ambient-caps=+${capability}`,
]

const trial = ({ home }: Place, { postgres, native }: Programs): readonly string[] => {
  const read = [keeperScript, join(native, 'share', 'postgresql', 'postgres.bki')]
  const script = `
    for tool in flock mkfifo timeout; do
      command -v "$tool" >/dev/null || { echo "$tool (of util-linux and coreutils) is missing" >&2; exit 1; }
    done
    cd "$1" && : <"$2" && : <"$3" && exec "$4" -C max_connections --config-file=/dev/null -D "$1"`
  return ['sh', '-c', script, 'trial', home, ...read, postgres]
}
