import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { rememberedFor } from '#kernel/remembered.ts'
import { runProgram } from './children.ts'
import { tell } from './progress.ts'
import { type Figure, median } from './rounds.ts'
import { signon, signonSettings } from './web.ts'
import type { Workshop } from './workshop.ts'

/** Of so many people one is due. */
const dueEach = 100

interface Run {
  readonly seconds: number
  /** Of the longest transaction: no lock is held for longer. */
  readonly longest: number
}

/** Seconds that the suspension of 10,000 unused accounts takes among a million. */
export const dormancy = async (workshop: Workshop): Promise<Figure> =>
  figureOf((await runsOf(workshop)).map(({ seconds }) => seconds))

/** Seconds that the longest transaction of such a run takes. */
export const dormancyLocks = async (workshop: Workshop): Promise<Figure> =>
  figureOf((await runsOf(workshop)).map(({ longest }) => longest))

const figureOf = (values: readonly number[]): Figure => ({
  value: median(values),
  against: null,
  ratio: null,
})

const rounds = 5

/** The same runs serve both measures. */
const runsOf = rememberedFor(async (workshop: Workshop): Promise<readonly Run[]> => {
  const taken: Run[] = []
  for (let round = 1; round <= rounds; round += 1) {
    const run = await suspend(workshop, round)
    tell(`  round ${round}: ${run.seconds.toFixed(2)} s, longest transaction ${run.longest.toFixed(3)} s`)
    taken.push(run)
  }
  return taken
})

/** Each round leaves other people unused, and suspends them by the command that an operator would type. */
const suspend = async (workshop: Workshop, round: number): Promise<Run> => {
  const { url, seeded } = await workshop.database('large')
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await leaveUnused(client, round)
    const began = performance.now()
    const over = new AbortController()
    const watching = longestTransaction(client, over.signal)
    await runProgram(signon, ['users', 'suspend-inactive'], signonSettings(url)).finally(() => over.abort())
    const seconds = (performance.now() - began) / 1000
    const longest = await watching
    await mustBeSuspended(client, seeded.users / dueEach)
    return { seconds, longest }
  } finally {
    await client.end()
  }
}

/** Of all people, who have just been invited, some signed in fifty days ago: others in each round. */
const leaveUnused = async (client: Client, round: number): Promise<void> => {
  await client.query(
    'update users set suspended_at = null, suspension_reason = null where suspended_at is not null',
  )
  await client.query(
    `update sign_in_states set last_signed_in_at = '-infinity' where last_signed_in_at > '-infinity'`,
  )
  await client.query('update sign_in_states set last_signed_in_at = $1 where user_id % $2 = $3', [
    daysAgo(50),
    dueEach,
    round,
  ])
}

const mustBeSuspended = async (client: Client, wanted: number): Promise<void> => {
  const { rows } = await client.query(
    'select count(*)::integer as count from users where suspended_at is not null',
  )
  if (rows[0]?.count !== wanted) throw new Error(`${rows[0]?.count} people were suspended, not ${wanted}.`)
}

const daysAgo = (days: number): Date => new Date(Date.now() - days * 24 * 60 * 60 * 1000)

const longestTransaction = async (client: Client, signal: AbortSignal): Promise<number> => {
  let longest = 0
  while (!signal.aborted) {
    const { rows } = await client.query(
      `select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float8 as seconds
       from pg_stat_activity
       where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`,
    )
    longest = Math.max(longest, rows[0]?.seconds ?? 0)
    await pause(5, undefined, { signal }).catch(() => undefined)
  }
  return longest
}
