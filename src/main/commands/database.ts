import { systemClock } from '#kernel/clock.ts'
import { readConfig } from '#main/config.ts'
import { type Command, command } from './command.ts'
import { withHouse } from './console.ts'
import { moment, table } from './lines.ts'

export const databaseCommands: readonly Command[] = [
  command({
    words: 'migrate',
    summary: 'Bring the database up to date.',
    details:
      'Doing it again is harmless; several at once wait for each other. See first with migrate status.',
    run: (_, environment) =>
      withHouse(readConfig(environment), async ({ databaseUrl }) => {
        const { prepareDatabase } = await import('#main/database.ts')
        const applied = await prepareDatabase(databaseUrl, systemClock)
        return {
          document: { applied },
          lines: [...applied.map((name) => `Applied ${name}.`), 'The database is up to date.'],
        }
      }),
  }),

  command({
    words: 'migrate status',
    summary: 'Say which migrations were applied, and which wait.',
    run: (_, environment) =>
      withHouse(readConfig(environment), async ({ db }) => {
        const { migrationStatus } = await import('#store/migrate.ts')
        const migrations = await migrationStatus(db)
        const rows = migrations.map(({ name, appliedAt }) => [
          name,
          appliedAt === null ? 'waits' : moment(appliedAt),
        ])
        return {
          document: {
            up_to_date: migrations.every(({ appliedAt }) => appliedAt !== null),
            migrations: migrations.map(({ name, appliedAt }) => ({
              name,
              applied_at: appliedAt?.toISOString() ?? null,
            })),
          },
          lines: table(['Migration', 'Applied'], rows, 'There are no migrations.'),
        }
      }),
  }),
]
