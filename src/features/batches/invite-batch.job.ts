import { type Administrator, mayAct, mayGive } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import type { Jobs } from '#domain/jobs.ts'
import { Conflict, reasonOf, Unavailable } from '#kernel/failure.ts'
import type { Batch, SettledRow, WaitingRow } from '#store/batches.ts'
import type { OfferedApplication } from '#store/invitation-form.ts'
import { giveAndTake } from '#store/permission-change.ts'
import type { Signon, Work } from '#store/signon.ts'
import { mandateTwoStep } from '#store/two-step-mandate.ts'

/** Where it writes why somebody could not be invited. */
export interface Journal {
  error(facts: object, message: string): void
}

/** Invited in one transaction: what a worker that dies does again. */
const chunk = 50

/**
 * Invites the next people of a batch. The transaction that invites them queues the job for those after them, and holds
 * the batch: a worker that dies leaves a whole chunk undone and queued, and two never invite the same person. Whoever
 * may not invite any more invites nobody more (`reference/admin-ui.md` 6.4).
 */
export const inviteBatch =
  (signon: Signon, journal: Journal) =>
  ({ batch: id }: Jobs['invite-batch']): Promise<void> =>
    signon.transaction(async (work) => {
      const batch = await work.batches.lock(id)
      if (batch?.state !== 'running') return
      const inviter = inviterOf(batch)
      const administrator = await work.administrators.find(inviter)
      if (!mayAct(administrator, 'invite a batch').allowed) return stop(work, batch)

      const applications = await givenBy(work, administrator, batch)
      const settled: SettledRow[] = []
      const rows = await work.batches.waiting(id, chunk)
      for (const row of rows) settled.push(await settle(work, { batch, inviter, applications, journal }, row))
      await work.batches.settle(id, settled)
      if (rows.length < chunk) await work.batches.end(id, 'done')
      else await work.jobs.add({ name: 'invite-batch', payload: { batch: id } })
    })

const stop = async (work: Work, { id, createdBy }: Batch): Promise<void> => {
  await work.batches.end(id, 'stopped')
  const creator = createdBy === null ? undefined : await work.users.seek(createdBy)
  const note = `${creator?.name ?? 'Whoever uploaded it'} may not invite any more`
  await work.record({ name: 'batch-stopped', about: null, batch: id, note }, { kind: 'signon' })
}

/** The creator of the batch; nobody who is known, once that account is gone. */
const inviterOf = ({ createdBy }: Batch): Actor => ({
  kind: 'person',
  ...(createdBy !== null && { userId: createdBy }),
})

/** What the people of the batch are given, as far as it may still be given. */
const givenBy = async (
  work: Work,
  administrator: Administrator,
  { id }: Batch,
): Promise<readonly OfferedApplication[]> => {
  const chosen = new Set(await work.batches.permissions(id))
  const standing = { hasAccess: false, isOneself: false, isTaking: false }
  const offered = await work.invitationForm.applications()
  return offered
    .map((application) => ({
      ...application,
      permissions: application.permissions.filter(
        (one) => chosen.has(one.id) && mayGive(administrator, one, standing).allowed,
      ),
    }))
    .filter(({ permissions }) => permissions.length > 0)
}

interface Invitation {
  readonly batch: Batch
  readonly inviter: Actor
  readonly applications: readonly OfferedApplication[]
  readonly journal: Journal
}

const settle = async (work: Work, invitation: Invitation, row: WaitingRow): Promise<SettledRow> => {
  const { number } = row
  const failed = (reason: string): SettledRow => ({ number, outcome: 'failed', reason })
  const skipped: SettledRow = { number, outcome: 'skipped', reason: null }
  if (row.isTaken) return skipped
  if (row.isOrganisationClosed) return failed('The organisation is closed.')
  try {
    await work.batches.apart(() => invite(work, invitation, row))
    return { number, outcome: 'invited', reason: null }
  } catch (error) {
    // Then nobody can be invited just now, and all of them are tried again.
    if (error instanceof Unavailable) throw error
    if (error instanceof Conflict) return skipped
    const { batch, journal } = invitation
    journal.error({ batch: batch.id, row: number, reason: reasonOf(error) }, 'somebody could not be invited')
    return failed('Signon could not make this account.')
  }
}

const invite = async (
  work: Work,
  { batch, inviter, applications }: Invitation,
  { name, email, organisationId }: WaitingRow,
): Promise<void> => {
  const person = { kind: 'person', name, email, role: 'normal', organisationId, passwordHash: null } as const
  const user = await work.users.add(person)
  await work.invitations.send(user.id, inviter.userId)
  await work.record({ name: 'account-invited', about: user, note: 'in a batch' }, inviter)
  // An organisation that asks for it asks for itself, for as long as somebody belongs to it.
  if (batch.requiresTwoStep || organisationId === null) await mandateTwoStep(work, inviter, user)
  for (const { id, permissions } of applications)
    await giveAndTake(work, inviter, user, id, { add: permissions, remove: [] })
}
