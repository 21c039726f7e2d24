import { type RawBuilder, sql } from 'kysely'
import type { ApplicationId } from '#domain/application.ts'
import type { UserId } from '#domain/user.ts'
import type { Connection } from './connection.ts'
import type { StoreContext } from './context.ts'

/** How often tokens were issued to an application in one month of London, and to how many accounts. */
export interface ApplicationMonth {
  /** `2026-11` */
  readonly month: string
  readonly authorisations: number
  readonly people: number
}

/** Over how many months the log is kept. */
const monthsKept = 24

/**
 * Monthly figures of applications (event 47). Months that are over are counted once, by night; later ones are counted
 * when they are asked for, because nobody waits for the night to see the first figures.
 */
export const applicationMonthStore = ({ db, now }: StoreContext) => ({
  /** The months in which there were any, newest first, with or without accounts that tests sign in with. */
  async list(application: ApplicationId, includesTests: boolean): Promise<readonly ApplicationMonth[]> {
    const months = await notCounted(db, now())
    // All accounts of a busy month are sorted: what does not fit goes to the disk and back.
    await sql`set local work_mem = '64MB'`.execute(db)
    const { rows } = await sql<ApplicationMonth>`
      with counted as (
        select month, authorisations, people, test_authorisations, test_people
        from application_months where application_id = ${application}
        ${sql.join(
          months.map((month) => sql`union all ${figures(month, sql`${application}`)}`),
          sql` `,
        )}
      ), shown as (
        select to_char(month, 'YYYY-MM') as month,
          (authorisations + case when ${includesTests} then test_authorisations else 0 end)::float8 as authorisations,
          (people + case when ${includesTests} then test_people else 0 end)::integer as people
        from counted
      )
      select * from shown where authorisations > 0 order by month desc`.execute(db)
    return rows
  },

  /** The first days of months that are over and not counted yet, oldest first: `2026-10-01`. */
  async uncounted(): Promise<readonly string[]> {
    return (await notCounted(db, now())).slice(0, -1)
  },

  /** Counts the month that begins on this day, for every application. Counting it again changes nothing. */
  async count(firstDay: string): Promise<void> {
    await sql`
      insert into application_months (application_id, month, authorisations, people, test_authorisations, test_people)
      select a.id, counted.* from applications a cross join lateral (${figures(firstDay, sql`a.id`)}) counted
      where counted.authorisations + counted.test_authorisations > 0
      on conflict do nothing`.execute(db)
  },

  /** Says whether tests sign in with this account; `false` when that was said already. Months counted before stay. */
  async markTestAccount(user: UserId, isTestAccount: boolean): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('users')
      .set({ is_test_account: isTestAccount, updated_at: now() })
      .where('id', '=', user)
      .where('is_test_account', '<>', isTestAccount)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  },

  /** Forgets months that the log does not reach back to any more. */
  async forgetOld(): Promise<void> {
    await sql`
      delete from application_months
      where month < ${thisMonth(now())} - make_interval(months => ${monthsKept})`.execute(db)
  },
})

/** The first days of the months that are not counted, the present one last. While none is, the log reaches back no further. */
const notCounted = async (db: Connection, now: Date): Promise<readonly string[]> => {
  const { rows } = await sql<{ month: string }>`
    select to_char(month, 'YYYY-MM-DD') as month
    from (select max(month) as last from application_months) counted, generate_series(
      coalesce(last + interval '1 month', ${thisMonth(now)} - make_interval(months => ${monthsKept})),
      ${thisMonth(now)}, interval '1 month') as month`.execute(db)
  return rows.map(({ month }) => month)
}

const thisMonth = (now: Date) => sql`date_trunc('month', ${now}::timestamptz at time zone 'Europe/London')`

/**
 * How often an application was authorised in the month that begins on this day, and by how many accounts: those of people,
 * and those that tests sign in with. The whole of it is sorted, which takes less than to group it; tests are few, and
 * looked up. The days are known to the planner, so that it reads no other month of the log.
 */
const figures = (firstDay: string, application: RawBuilder<unknown>) => {
  const first = sql`${firstDay}::timestamp`
  const inMonth = sql`number = 47 and application_id = ${application} and created_at >= ${first} at time zone 'Europe/London'
    and created_at < (${first} + interval '1 month') at time zone 'Europe/London'`
  const counts = sql`count(*) as times, (count(distinct about_uid))::integer as accounts`
  return sql`
    select ${firstDay}::date as month, everybody.times - tests.times as authorisations,
      everybody.accounts - tests.accounts as people, tests.times as test_authorisations, tests.accounts as test_people
    from (select ${counts} from events where ${inMonth}) everybody,
      (select ${counts} from (select uid from users where is_test_account) t
        join events on about_uid = uid where ${inMonth}) tests`
}
