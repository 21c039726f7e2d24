import { sql } from 'kysely'
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
    const from = await endOfCounted(db)
    const { rows } = await sql<ApplicationMonth>`
      with months as (
        select month, authorisations, people, test_authorisations, test_people
        from application_months where application_id = ${application}
        union all
        select month, ${figures}
        from (
          select ${london} as month, about_uid, count(*) as times
          from events where application_id = ${application} and number = 47 and created_at >= ${from}
          group by 1, 2
        ) e left join users u on u.uid = e.about_uid
        group by month
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
      from generate_series(
        coalesce(
          (select max(month) + interval '1 month' from application_months),
          ${thisMonth(now())} - make_interval(months => ${monthsKept})),
        ${thisMonth(now())} - interval '1 month', interval '1 month') as month`.execute(db)
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
        where number = 47 and created_at >= ${first} at time zone 'Europe/London'
          and created_at < (${first} + interval '1 month') at time zone 'Europe/London'
        group by 1, 2
      ) e
      join applications a on a.id = e.application_id
      left join users u on u.uid = e.about_uid
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

/** Where the months end that are counted; the beginning of time while there is none. */
const endOfCounted = async (db: Connection): Promise<Date> => {
  const { rows } = await sql<{ end: Date | null }>`
    select (max(month) + interval '1 month') at time zone 'Europe/London' as end from application_months`.execute(
    db,
  )
  return rows[0]?.end ?? new Date(0)
}

const london = sql`date_trunc('month', created_at at time zone 'Europe/London')`

const thisMonth = (now: Date) => sql`date_trunc('month', ${now}::timestamptz at time zone 'Europe/London')`

// Of `times` that each account did it: of accounts of people, and of those that tests sign in with.
const figures = sql`
  coalesce(sum(times) filter (where u.is_test_account is not true), 0)::bigint as authorisations,
  (count(*) filter (where u.is_test_account is not true))::integer as people,
  coalesce(sum(times) filter (where u.is_test_account), 0)::bigint as test_authorisations,
  (count(*) filter (where u.is_test_account))::integer as test_people`
