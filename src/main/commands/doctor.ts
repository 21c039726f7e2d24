import { second, systemClock } from '#kernel/clock.ts'
import { systemRandom } from '#kernel/random.ts'
import { type Config, type Environment, readConfig } from '#main/config.ts'
import type { House } from '#main/house.ts'
import type { Diagnosis } from '#store/diagnosis.ts'
import type { Migration } from '#store/migrate.ts'
import { bad, type Check, good, worthNoting } from './checks.ts'
import { type Command, command } from './command.ts'
import { withHouse } from './console.ts'
import { feedCheck, runningChecks } from './doctor-running.ts'
import { columns } from './lines.ts'
import { refusalOf } from './refusals.ts'

export const doctorCommands: readonly Command[] = [
  command({
    words: 'doctor',
    summary:
      'Check settings, mail, organisations, database, clock, keys, queue and workers, and say what to mend.',
    run: async (_, environment) => {
      const checks = await examine(environment)
      const faults = checks.filter(({ verdict }) => verdict === 'mend')
      return {
        document: { ok: faults.length === 0, checks: checks.map(documentOf) },
        lines: columns(checks.map(({ name, verdict, message }) => [marks[verdict], name, message])),
        ...(faults.length > 0 && { problem: `${faults.map(({ name }) => name).join(', ')} must be mended.` }),
      }
    },
  }),
]

const marks = { ok: 'ok', note: 'note', mend: 'MEND' } as const satisfies Record<Check['verdict'], string>

const documentOf = ({ name, verdict, message }: Check) => ({ name, ok: verdict !== 'mend', verdict, message })

/** Each check needs the one before: without settings there is no database to ask. */
const examine = async (environment: Environment): Promise<readonly Check[]> => {
  let config: Config
  try {
    config = readConfig(environment)
  } catch (error) {
    return [bad('settings', refusalOf(error).message)]
  }
  const settings = [
    good('settings', `${config.environment}, ${config.publicUrl}`),
    ...settingChecks(config),
    await mailCheck(config),
    await feedCheck(config),
  ]
  try {
    return [...settings, ...(await withHouse(config, (house) => examineDatabase(house, config)))]
  } catch (error) {
    return [...settings, bad('database', refusalOf(error).message)]
  }
}

/** What is right by itself, and hardly meant together. */
const settingChecks = ({ publicUrl, environment, trustedProxies }: Config): readonly Check[] => {
  if (!publicUrl.startsWith('https:')) return []
  const checks: Check[] = []
  if (environment === 'development')
    checks.push(
      bad(
        'environment',
        'SIGNON_URL is https, which development is not. Set GOVUK_ENVIRONMENT to what it is.',
      ),
    )
  if (trustedProxies.length === 0)
    checks.push(
      worthNoting(
        'proxies',
        'SIGNON_TRUSTED_PROXIES is not set: behind a proxy, everybody seems to come from its address.',
      ),
    )
  return checks
}

/** Asks whoever takes the mails, and sends none. */
const mailCheck = async (config: Config): Promise<Check> => {
  try {
    const { openPostman } = await import('#main/postman.ts')
    const postman = await openPostman(config, { clock: systemClock, random: systemRandom })
    return good('mail', await postman.check())
  } catch (error) {
    return bad('mail', refusalOf(error).message)
  }
}

const oldestPostgres = 15
const newestPostgres = 18

const examineDatabase = async (house: House, config: Config): Promise<readonly Check[]> => {
  const { diagnose } = await import('#store/diagnosis.ts')
  const { migrationStatus } = await import('#store/migrate.ts')
  await diagnose(house.db)
  const asked = systemClock.now()
  const facts = await diagnose(house.db)
  const answered = systemClock.now()
  const migrations = migrationCheck(await migrationStatus(house.db), facts.hasQueue)
  const beforehand = [versionCheck(facts), clockCheck(facts.clock, asked, answered), migrations]
  return migrations.verdict === 'ok'
    ? [
        ...beforehand,
        monthCheck(facts, answered),
        await keyCheck(house),
        ...(await runningChecks(house.signon, config)),
      ]
    : beforehand
}

const versionCheck = ({ version }: Diagnosis): Check =>
  version >= oldestPostgres && version <= newestPostgres
    ? good('database', `PostgreSQL ${version}`)
    : bad('database', `It is PostgreSQL ${version}. Signon needs ${oldestPostgres} to ${newestPostgres}.`)

const mostSecondsApart = 2

/** The database was asked between two readings of our clock; only what lies outside of them is a difference. */
const clockCheck = (databaseClock: Date, asked: Date, answered: Date): Check => {
  const early = asked.getTime() - databaseClock.getTime()
  const late = databaseClock.getTime() - answered.getTime()
  const seconds = Math.max(0, early, late) / second
  return seconds <= mostSecondsApart
    ? good('clock', 'the same as the database’s')
    : bad(
        'clock',
        `It differs from the database’s by ${seconds.toFixed(1)} s. Set both by the same time service.`,
      )
}

const migrationCheck = (migrations: readonly Migration[], hasQueue: boolean): Check => {
  const waiting = migrations.filter(({ appliedAt }) => appliedAt === null).length
  if (waiting > 0) return bad('migrations', `${waiting} wait. Run bin/signon migrate.`)
  return hasQueue
    ? good('migrations', 'up to date')
    : bad('migrations', 'The queue is missing. Run bin/signon migrate.')
}

const month = (instant: Date): string => instant.toISOString().slice(0, 7)

/** This month and the next, which begins 31 days from now at the latest. */
const monthCheck = ({ eventMonths }: Diagnosis, now: Date): Check => {
  const nextMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1))
  const missing = [now, nextMonth].map(month).filter((wanted) => !eventMonths.includes(wanted))
  return missing.length === 0
    ? good('event log', `has room up to ${eventMonths.at(-1)}`)
    : bad('event log', `It has no partition for ${missing.join(' and ')}. Run bin/signon migrate.`)
}

/** Every key that sealed something should be in the ring. */
const keyCheck = async ({ signon }: House): Promise<Check> => {
  const counts = await signon.single.sealedPlaces.count()
  const lost = counts.filter(({ key }) => !signon.keys.ids.includes(key))
  const old = counts.filter(({ key }) => signon.keys.ids.includes(key) && key !== signon.keys.newestId)
  if (lost.length > 0) {
    const what = [...new Set(lost.map(({ place, key }) => `${place} (${key})`))].join(', ')
    return bad(
      'keys',
      `No key of the ring opens ${what}. Put the key of that name back into SIGNON_SECRET_KEYS.`,
    )
  }
  const unreadable = await signon.read(({ pushCredentials }) => pushCredentials.unreadable())
  if (unreadable.length > 0)
    return bad(
      'keys',
      `None opens what pushes to ${unreadable.join(', ')} need, though it has the right name. Put the right one back.`,
    )
  return old.length > 0
    ? worthNoting('keys', 'Older keys still seal something. bin/signon secrets reseal ends that.')
    : good('keys', 'open everything that is sealed')
}
