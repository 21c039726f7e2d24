import { resealSecrets } from '#features/secrets/reseal.ts'
import { type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { table } from './lines.ts'
import { dryRun } from './options.ts'

export const secretCommands: readonly Command[] = [
  command({
    words: 'secrets reseal',
    summary: 'Seal with the first key of SIGNON_SECRET_KEYS what older keys sealed.',
    details:
      'Afterwards the older keys can be taken out of the ring, as docs/guides/running-signon.md tells. Doing it again is harmless.',
    options: { dryRun },
    run: ({ dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const places = await resealSecrets(signon, operator, { isRehearsal })
        const sum = (of: 'matched' | 'changed' | 'unreadable'): number =>
          places.reduce((all, place) => all + place[of], 0)
        const rows = places.map(({ place, matched, changed, unreadable }) =>
          [place, matched, changed, unreadable].map(String),
        )
        const lost = sum('unreadable')
        return {
          document: {
            matched: sum('matched'),
            changed: sum('changed'),
            details: places,
            ...(isRehearsal && { dry_run: true }),
          },
          lines: table(
            ['What', 'Under older keys', 'Sealed anew', 'No key opens'],
            rows,
            'Nothing is sealed.',
          ),
          ...(lost > 0 && {
            problem: `No key of the ring opens ${lost} of them. Put the key that sealed them back, and run it again.`,
          }),
        }
      }),
  }),
]
