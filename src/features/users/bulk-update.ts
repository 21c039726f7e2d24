import { mayAdminister } from '#domain/administration.policy.ts'
import { areUpdateHeaders, readUpdates, type UpdateRow, updateFaults } from '#domain/bulk-update.ts'
import type { Actor } from '#domain/events.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import { enforce, Failure, Invalid, NotFound } from '#kernel/failure.ts'
import { readCsv } from '#outside/csv.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Signon, Work } from '#store/signon.ts'
import { giveEmail } from './change-email.ts'
import { giveOrganisation } from './give-organisation.ts'

/** What became of a row. */
export interface UpdatedRow {
  readonly row: number
  /** The old address. */
  readonly email: string
  readonly outcome: 'done' | 'unchanged' | 'updated already' | 'failed'
  /** Why it failed. */
  readonly reason?: string
  /** The new address, while it has yet to be confirmed. */
  readonly pendingEmail?: string
}

/**
 * Gives the people of a CSV file other addresses and organisations, each row in a transaction of its own. A person’s new
 * address must be confirmed by them, as always. Throws `Invalid`, and changes nothing at all, when the file cannot be
 * read or anything is wrong with any of its rows; whom there is not is a row that failed.
 */
export const bulkUpdate = async (
  signon: Signon,
  actor: Actor,
  { bytes, isRehearsal = false }: { readonly bytes: Uint8Array; readonly isRehearsal?: boolean },
): Promise<readonly UpdatedRow[]> => {
  enforce(mayAdminister(actor, 'change everybody at once'))
  const csv = readCsv(bytes, areUpdateHeaders)
  if ('fault' in csv) throw new Invalid(csv.fault)
  const read = readUpdates(csv.table)
  if ('fault' in read) throw new Invalid(read.fault)
  const slugs = [...new Set(read.rows.map(({ organisationSlug }) => organisationSlug))]
  const organisations = await signon.single.batches.organisationsNamed(slugs)
  const faults = updateFaults(read.rows, organisations)
  if (faults.length > 0)
    throw new Invalid(faults.map(({ number, words }) => `Row ${number}: ${words}.`).join('\n'))

  const updated: UpdatedRow[] = []
  for (const row of read.rows) {
    const organisation = organisations.get(row.organisationSlug)
    if (organisation) updated.push(await updateRow(signon, actor, row, organisation.id, isRehearsal))
  }
  return updated
}

/** Undoes what was only tried. */
class Rehearsed extends Error {
  readonly outcome: Partial<UpdatedRow>

  constructor(outcome: Partial<UpdatedRow>) {
    super('rehearsed')
    this.outcome = outcome
  }
}

const updateRow = async (
  signon: Signon,
  actor: Actor,
  row: UpdateRow,
  organisation: OrganisationId,
  isRehearsal: boolean,
): Promise<UpdatedRow> => {
  const told = { row: row.number, email: row.oldEmail, outcome: 'done' } as const
  try {
    const outcome = await signon.transaction(async (work) => {
      const found = await update(work, actor, row, organisation)
      if (isRehearsal) throw new Rehearsed(found)
      return found
    })
    return { ...told, ...outcome }
  } catch (error) {
    if (error instanceof Rehearsed) return { ...told, ...error.outcome }
    if (!(error instanceof Failure) || error.code === 'unavailable') throw error
    return { ...told, outcome: 'failed', reason: error.message }
  }
}

const update = async (
  work: Work,
  actor: Actor,
  { oldEmail, newEmail }: UpdateRow,
  organisationId: OrganisationId,
): Promise<Partial<UpdatedRow>> => {
  if (!(await work.users.seekByEmail(oldEmail))) {
    if (await work.users.seekByEmail(newEmail)) return { outcome: 'updated already' }
    throw new NotFound(`There is no account for ${oldEmail}.`)
  }
  const user = await lockUserFor(work, actor, 'change an email address', { email: oldEmail })
  const isElsewhere = user.organisationId !== organisationId
  await giveOrganisation(work, actor, user, { organisationId })
  if (newEmail === oldEmail) return { outcome: isElsewhere ? 'done' : 'unchanged' }

  // Whoever runs the file again sends no second mail.
  const isAsked = (await work.emailChanges.seek(user.id))?.email === newEmail
  if (isAsked) return { outcome: isElsewhere ? 'done' : 'unchanged', pendingEmail: newEmail }
  const hasTakenEffect = await giveEmail(work, actor, user, newEmail)
  return hasTakenEffect ? {} : { pendingEmail: newEmail }
}
