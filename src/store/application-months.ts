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
    // Known before the log is asked, so that only the partitions are planned for that hold anything of interest.
    const from = await firstUncounted(db, now())
    // All accounts of a busy month at once: what does not fit goes to the disk and back.
    await sql`set local work_mem = '64MB'`.execute(db)
    const { rows } = await sql<ApplicationMonth>`
      with months as (
        select month, authorisations, people, test_authorisations, test_people
        from application_months where application_id = ${application}
        union all
        select month, counted.*
        from generate_series(${from}::timestamp, ${thisMonth(now())}, interval '1 month') month
        cross join lateral (
          select ${figures}
          from (
            select about_uid, count(*) as times from events
            where application_id = ${application} and number = 47 and created_at >= ${startOf(sql`${from}::timestamp`)}
              and created_at >= ${startOf(sql`month`)} and created_at < ${startOf(sql`(month + interval '1 month')`)}
            group by 1
          ) e ${withTests}
        ) counted
      ), shown as (
        select to_char(month, 'YYYY-MM') as month,
          (authorisations + case when ${includesTests} then test_authorisations else 0 end)::float8 as authorisations,
          (people + case when ${includesTests} then test_people else 0 end)::integer as people
        from months
      )
      select * from shown where authorisations > 0 order by month desc`.execute(db)
    return rows
  },

  /** The first days of months that are over and not counted yet, oldest first: `2026-10-01`. */
  async uncounted(): Promise<readonly string[]> {
    const { rows } = await sql<{ month: string }>`
      select to_char(month, 'YYYY-MM-DD') as month
      from generate_series(${await firstUncounted(db, now())}::timestamp, ${thisMonth(now())} - interval '1 month', interval '1 month') as month`.execute(
      db,
    )
    return rows.map(({ month }) => month)
  },

  /** Counts the month that begins on this day, for every application. Counting it again changes nothing. */
  async count(firstDay: string): Promise<void> {
    const first = sql`${firstDay}::timestamp`
    await sql`
      insert into application_months (application_id, month, authorisations, people, test_authorisations, test_people)
      select e.application_id, ${first}::date, ${figures}
      from (
        select application_id, about_uid, count(*) as times
        from events
        where number = 47 and created_at >= ${startOf(first)}
          and created_at < ${startOf(sql`(${first} + interval '1 month')`)}
        group by 1, 2
      ) e
      join applications a on a.id = e.application_id ${withTests}
      group by 1
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

/** The first day of the first month that is not counted: `2026-11-01`. While none is, the log reaches back no further. */
const firstUncounted = async (db: Connection, now: Date): Promise<string> => {
  const { rows } = await sql<{ month: string }>`
    select to_char(coalesce(max(month) + interval '1 month', ${thisMonth(now)} - make_interval(months => ${monthsKept})), 'YYYY-MM-DD')
      as month from application_months`.execute(db)
  return rows[0]?.month ?? ''
}

const thisMonth = (now: Date) => sql`date_trunc('month', ${now}::timestamptz at time zone 'Europe/London')`

/** When a month begins in the United Kingdom. */
const startOf = (month: RawBuilder<unknown>) => sql`(${month} at time zone 'Europe/London')`

/** Beside `e`, those accounts `t` that tests sign in with: they are few, and everybody is many. */
const withTests = sql`left join (select uid from users where is_test_account) t on t.uid = e.about_uid`

// Of `times` that each account did it: of accounts of people, and of those that tests sign in with.
const figures = sql`
  coalesce(sum(times) filter (where t.uid is null), 0)::bigint as authorisations,
  (count(*) filter (where t.uid is null))::integer as people,
  coalesce(sum(times) filter (where t.uid is not null), 0)::bigint as test_authorisations,
  (count(*) filter (where t.uid is not null))::integer as test_people`
