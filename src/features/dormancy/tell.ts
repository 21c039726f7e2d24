import type { Notice } from '#domain/dormancy.ts'
import type { MailName } from '#domain/mails.ts'
import type { Dormant } from '#store/dormancy.ts'
import type { Signon } from '#store/signon.ts'
import type { Outcome } from '#store/walk.ts'

/** A person of whom somebody is to be told something. */
export interface Noticed extends Dormant {
  readonly notice: Notice
}

/** Those of whom nobody was told this yet. */
export const untold = async (signon: Signon, people: readonly Noticed[]): Promise<readonly Noticed[]> => {
  const told = await signon.single.accountNotices.told(people.map(({ id }) => id))
  const keys = new Set(told.map(({ user, kind, countsFrom }) => keyOf(user, kind, countsFrom)))
  return people.filter(({ id, notice }) => !keys.has(keyOf(id, notice.kind, notice.countsFrom)))
}

const keyOf = (user: number, kind: string, countsFrom: Date): string =>
  `${user} ${kind} ${countsFrom.getTime()}`

/** Queues the mail, once: that it was sent is remembered together with it. */
export const tell = (
  signon: Signon,
  { id, notice }: Noticed,
  mail: MailName,
  isRehearsal: boolean,
): Promise<Outcome> =>
  signon.transaction(async (work) => {
    if (isRehearsal) return 'done'
    if (!(await work.accountNotices.tell(id, notice))) return 'passed over'
    await work.jobs.add({ name: 'send-mail', payload: { mail, user: id, days: notice.days } })
    return 'done'
  })
