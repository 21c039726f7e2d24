import { londonDate } from '#domain/london-time.ts'
import { type MassReset, type MassResetId, minutesOfMails } from '#domain/mass-reset.ts'
import { organisationLabel } from '#domain/organisation.ts'
import { roleNames, roles, usersInWords } from '#domain/user.ts'
import { thousands } from '#kernel/count.ts'
import { Conflict, Invalid, NotFound } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import { administratorFor } from '#store/administration.ts'
import type { ResetMember, ResetProgress } from '#store/mass-resets.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { choosePage, preparedPage, reportPage } from './mass-reset.page.ts'
import { prepareMassReset, sampleSize } from './prepare-mass-reset.ts'
import { findMassReset, retryMassReset, startMassReset } from './start-mass-reset.ts'
import { choiceIn, dayFaults, type FieldFault, typedDayIn } from './typed-choice.route.ts'

const membersOnPage = 100
const earlierShown = 20

const may = { config: { may: 'reset passwords of many' } } as const

/** Passwords of many people reset at once: chosen, looked at, done by a job, reported. */
export const massResetRoutes: Routes = (scope, signon) => {
  const choose = async (request: Request, reply: Reply, sent: unknown, faults: readonly FieldFault[]) => {
    const [organisations, earlier] = await signon.read(async (stores) => {
      await administratorFor(stores, actorOf(request), 'reset passwords of many')
      return [await stores.organisations.list(), await stores.massResets.latest(earlierShown)] as const
    })
    const choice = choiceIn(sent)
    const view = choosePage({
      faults,
      everybody: choice.isEverybody,
      roles: roles.map((role) => ({
        value: role,
        text: roleNames[role],
        checked: choice.roles.includes(role),
      })),
      organisations: organisations.map((organisation) => ({
        value: String(organisation.id),
        text: organisationLabel(organisation),
        selected: organisation.id === choice.organisation,
      })),
      withBelow: choice.withBelow,
      since: typedDayIn(sent, 'since'),
      before: typedDayIn(sent, 'before'),
      withOneself: choice.withOneself,
      earlier: earlier.map(({ id, selection, startedAt }) => ({
        id,
        selection,
        started: startedAt === null ? '' : londonDate(startedAt),
      })),
    })
    return reply.page(view, faults.length === 0 ? 200 : 400)
  }

  scope.get(paths.massResetNew, may, (request, reply) => choose(request, reply, {}, []))

  scope.post(paths.massResets, may, async (request, reply) => {
    const faults = dayFaults(request.body)
    if (faults.length > 0) return choose(request, reply, request.body, faults)
    try {
      const id = await prepareMassReset(signon, actorOf(request), choiceIn(request.body))
      return reply.redirect(pathTo(paths.massReset, { id }), 303)
    } catch (error) {
      if (!(error instanceof Invalid || error instanceof Conflict)) throw error
      return choose(request, reply, request.body, [{ text: error.message, href: '#everybody' }])
    }
  })

  scope.get(paths.massReset, may, async (request, reply) => {
    const reset = await signon.read((stores) => findMassReset(stores, actorOf(request), resetIn(request)))
    return reset.startedAt === null ? prepared(request, reply, reset) : report(request, reply, reset)
  })

  scope.post(paths.massReset, may, async (request, reply) => {
    const id = resetIn(request)
    try {
      await startMassReset(signon, actorOf(request), id, {
        reason: onlyText(request.body, 'reason') ?? '',
        endsAuthorizations: onlyText(request.body, 'ends_authorizations') === 'yes',
      })
    } catch (error) {
      if (!(error instanceof Invalid)) throw error
      const reset = await signon.read((stores) => findMassReset(stores, actorOf(request), id))
      return prepared(request, reply, reset, error.message)
    }
    return reply.redirect(pathTo(paths.massReset, { id }), 303)
  })

  scope.post(paths.massResetRetry, may, async (request, reply) => {
    const id = resetIn(request)
    await retryMassReset(signon, actorOf(request), id)
    return reply.redirect(pathTo(paths.massReset, { id }), 303)
  })

  const prepared = async (
    request: Request,
    reply: Reply,
    { id, selection }: MassReset,
    fault: string | null = null,
  ): Promise<Reply> => {
    const [{ all }, first] = await signon.read(async ({ massResets }) => [
      await massResets.progress(id),
      await massResets.members(id, { after: -1, limit: sampleSize }),
    ])
    const view = preparedPage({
      id,
      fault,
      selection,
      all: thousands(all),
      isOne: all === 1,
      first,
      hasMore: all > first.length,
      mailMinutes: minutesOfMails(all),
      reason: onlyText(request.body, 'reason') ?? '',
      endsAuthorizations: onlyText(request.body, 'ends_authorizations') === 'yes',
    })
    return reply.page(view, fault === null ? 200 : 400)
  }

  const report = async (request: Request, reply: Reply, reset: MassReset): Promise<Reply> => {
    const { id, selection, endsAuthorizations, stoppedBecause } = reset
    const outcome = onlyText(request.query, 'outcome') === 'failed' ? 'failed' : undefined
    const after = rowNumber(onlyText(request.query, 'after') ?? '') ?? -1
    const [progress, found] = await signon.read(async ({ massResets }) => [
      await massResets.progress(id),
      await massResets.members(id, { after, outcome, limit: membersOnPage + 1 }),
    ])
    const members = found.slice(0, membersOnPage)
    const last = found.length > membersOnPage ? members.at(-1) : undefined
    const isOver = reset.endedAt !== null
    return reply.page(
      reportPage({
        id,
        selection,
        reason: reset.reason ?? '',
        endsAuthorizations,
        isOver,
        stoppedBecause,
        done: thousands(progress.reset + progress.unchanged + progress.failed),
        users: usersInWords(progress.all),
        reset: thousands(progress.reset),
        unchanged: thousands(progress.unchanged),
        failed: thousands(progress.failed),
        hasFailed: progress.failed > 0,
        retry: isOver ? retryOf(reset, progress) : null,
        onlyFailed: outcome === 'failed',
        members: members.map((member) => ({ ...member, outcome: outcomeWords(member) })),
        nextAddress: last
          ? `${pathTo(paths.massReset, { id })}?${outcome ? 'outcome=failed&' : ''}after=${last.place}`
          : null,
      }),
    )
  }
}

const retryOf = ({ stoppedBecause }: MassReset, { all, reset, unchanged, failed }: ResetProgress) => {
  const left = all - reset - unchanged
  if (left === 0) return null
  return stoppedBecause === null ? `Try ${usersInWords(failed)} again` : `Go on with ${usersInWords(left)}`
}

const outcomeWords = ({ outcome, detail }: ResetMember): string => {
  if (outcome === null) return 'Waiting'
  if (outcome === 'reset') return 'Reset'
  return outcome === 'unchanged' ? `Nothing to reset: ${detail}` : `Failed: ${detail}`
}

const resetIn = ({ params }: Request): MassResetId => {
  const id = rowNumber(onlyText(params, 'id') ?? '')
  if (id === undefined) throw new NotFound('There is no such reset of passwords.')
  return id as MassResetId
}
