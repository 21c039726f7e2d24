import { lockOverIfBefore } from '#domain/lockout.ts'
import { oldestStepToCome } from '#domain/totp.ts'
import type { FactorId } from '#domain/two-step.ts'
import type { UserId } from '#domain/user.ts'
import { statement } from './connection.ts'
import type { StoreContext } from './context.ts'
import { type Factor, listFactors, removeFactor } from './factor-rows.ts'

/** What the codes of an authenticator app are made of. */
export interface CodeSource {
  readonly id: FactorId
  readonly secret: string
  /** The last step whose code was used. */
  readonly lastStep: number
}

/** An attempt to pass the second step: it is counted already. */
export interface CodeAttempt {
  /** Wrong codes in a row, this one included. */
  readonly attempts: number
  readonly lockedAt: Date | null
}

/** Ways to pass the second step. Secrets of authenticator apps must be read again, so they are sealed. */
export const secondFactorStore = ({ db, now, random, keys }: StoreContext) => ({
  /**
   * Counts an attempt before it is judged, and holds the person until the transaction ends: parallel ones are judged one
   * after another.
   */
  async countAttempt(user: UserId): Promise<CodeAttempt> {
    const [attempt] = await countAttempt(db, user, lockOverIfBefore(now()))
    if (!attempt) throw new Error(`No user ${user}`)
    return attempt
  },

  /** The attempt was right: counting starts again. */
  async forgetAttempts(user: UserId): Promise<void> {
    await db
      .updateTable('sign_in_states')
      .set({ second_factor_attempts: 0 })
      .where('user_id', '=', user)
      .execute()
  },

  /** Signing in is complete. */
  async completeSignIn(user: UserId): Promise<void> {
    await completeSignIn(db, user, now())
  },

  /** The person's authenticator apps, oldest first. */
  list: (user: UserId): Promise<readonly Factor<FactorId>[]> => listFactors(db, 'totp_factors', user),

  /** What the codes of the person's apps are made of, oldest first. */
  async codeSources(user: UserId): Promise<readonly CodeSource[]> {
    const rows = await db
      .selectFrom('totp_factors')
      .select(['id', 'sealed_secret', 'last_step'])
      .where('user_id', '=', user)
      .orderBy('id')
      .execute()
    return rows.map((row) => ({
      id: row.id as FactorId,
      secret: keys.open(row.sealed_secret, sealedFactorOf(user)),
      lastStep: Number(row.last_step),
    }))
  },

  /** Adds an authenticator app whose code of the step `lastStep` was used already. */
  async add(user: UserId, app: { name: string; secret: string; lastStep: number }): Promise<void> {
    await db
      .insertInto('totp_factors')
      .values({
        user_id: user,
        name: app.name,
        sealed_secret: keys.seal(app.secret, sealedFactorOf(user), random),
        last_step: app.lastStep,
        created_at: now(),
      })
      .execute()
  },

  /** Uses up the code of a step; `false` when this one or a later one was used before, or it was refused too early. */
  async useStep(app: FactorId, step: number): Promise<boolean> {
    return (await useStep(db, app, step, now())).length > 0
  },

  /** Never accepts the code of a step, which is still to come; of those before it, only the ones that are not over stay. */
  async refuseStep(app: FactorId, step: number): Promise<void> {
    await refuseStep(db, app, step, oldestStepToCome(now()))
  },

  /** Removes one of the person's authenticator apps; the answer is its name, if it was there. */
  remove: (user: UserId, app: FactorId): Promise<string | undefined> =>
    removeFactor(db, 'totp_factors', user, app),

  /** Removes every way to pass the second step, recovery codes included. */
  async removeAll(user: UserId): Promise<void> {
    for (const table of ['totp_factors', 'passkeys', 'recovery_codes'] as const)
      await db.deleteFrom(table).where('user_id', '=', user).execute()
  },
})

/** What the sealed secret of a person's authenticator app is bound to. */
export const sealedFactorOf = (user: UserId): string => `authenticator app of ${user}`

const countAttempt = statement<CodeAttempt, [UserId, lockOverIfBefore: Date]>(
  'second-factors.count-attempt',
  `with held as materialized (select id from users where id = $1 for no key update)
   update sign_in_states s set
     second_factor_attempts = case when s.locked_at <= $2 then 1 else s.second_factor_attempts + 1 end,
     failed_attempts = case when s.locked_at <= $2 then 0 else s.failed_attempts end,
     locked_at = case when s.locked_at <= $2 then null else s.locked_at end
   from held where s.user_id = held.id returning s.second_factor_attempts as attempts, s.locked_at as "lockedAt"`,
)

const completeSignIn = statement<never, [UserId, now: Date]>(
  'second-factors.complete-sign-in',
  `update sign_in_states set second_factor_attempts = 0, last_signed_in_at = $2, sign_in_count = sign_in_count + 1
   where user_id = $1`,
)

// One statement, so that of any number of parallel tries with a code one gets it.
const useStep = statement<{ readonly id: FactorId }, [FactorId, step: number, now: Date]>(
  'second-factors.use-step',
  `update totp_factors set last_step = $2, last_used_at = $3
   where id = $1 and last_step < $2 and $2 <> all(refused_steps) returning id`,
)

const refuseStep = statement<never, [FactorId, step: number, oldestToCome: number]>(
  'second-factors.refuse-step',
  `update totp_factors set refused_steps = array(
     select distinct step from unnest(refused_steps || $2::bigint) as step where step >= $3 order by step)
   where id = $1`,
)
