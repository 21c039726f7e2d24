import type { AccessChangeId } from '#domain/access-of-many.ts'
import type { ApplicationId, PermissionId } from '#domain/application.ts'
import { type UserId, usersInWords } from '#domain/user.ts'
import { thousands } from '#kernel/count.ts'
import { Invalid, NotFound } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import type { Member } from '#store/access-of-many.ts'
import { administratorFor } from '#store/administration.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText, textsOf } from '#web/urlencoded.ts'
import {
  choosePage,
  type FieldFault,
  preparedPage,
  type ReportView,
  reportPage,
} from './access-of-many.page.ts'
import { noApplication, noKind, prepareAccessOfMany, reachedOf } from './prepare-access-of-many.ts'
import { previewAccessOfMany } from './preview-access-of-many.ts'
import {
  choicesOf,
  completed,
  findOwnChange,
  noPermission,
  type OwnChange,
  startAccessOfMany,
} from './start-access-of-many.ts'

const membersOnPage = 100
/** Bytes of a form: as many addresses as it may hold, of the length that addresses have. */
const largestFormBytes = 1024 * 1024

const may = { config: { may: 'change access of many' } } as const

/** One application's permissions given to, or taken from, many users: chosen, looked at, done, reported. */
export const accessOfManyRoutes: Routes = (scope, signon) => {
  const choose = async (request: Request, reply: Reply, sent: unknown, faults: readonly FieldFault[]) => {
    const application = onlyText(sent, 'application')
    const kind = onlyText(sent, 'kind')
    const [users, applications] = await signon.read(async (stores) => {
      const administrator = await administratorFor(stores, actorOf(request), 'change access of many')
      const ids = idsIn(sent, 'users[]') as readonly UserId[]
      return [await reachedOf(stores, administrator, ids, []), await stores.applications.list()] as const
    })
    return reply.page(
      choosePage({
        faults,
        users,
        addresses: onlyText(sent, 'addresses') ?? '',
        applications: applications
          .filter(({ retiredAt, isApiOnly }) => retiredAt === null && !isApiOnly)
          .map(({ id, name, isGdsOnly }) => ({
            value: String(id),
            text: isGdsOnly ? `${name} (for the Government Digital Service only)` : name,
            selected: String(id) === application,
          })),
        isGiving: kind === undefined ? null : kind === 'give',
      }),
      faults.length === 0 ? 200 : 422,
    )
  }

  scope.get(paths.changeManyNew, may, (request, reply) => choose(request, reply, request.query, []))

  scope.post(paths.changeMany, { ...may, bodyLimit: largestFormBytes }, async (request, reply) => {
    const kind = onlyText(request.body, 'kind')
    try {
      const id = await prepareAccessOfMany(signon, actorOf(request), {
        users: idsIn(request.body, 'users[]') as readonly UserId[],
        addresses: onlyText(request.body, 'addresses') ?? '',
        application: (rowNumber(onlyText(request.body, 'application') ?? '') ?? 0) as ApplicationId,
        isGiving: kind === 'give' ? true : kind === 'take' ? false : null,
      })
      return reply.redirect(pathTo(paths.changeManyReport, { id }), 303)
    } catch (error) {
      if (!(error instanceof Invalid)) throw error
      return choose(request, reply, request.body, error.message.split('\n').map(faultOf))
    }
  })

  scope.get(paths.changeManyReport, may, async (request, reply) => {
    const own = await signon.read((stores) => findOwnChange(stores, actorOf(request), changeIn(request)))
    return own.change.startedAt === null ? prepared(request, reply, own) : report(request, reply, own)
  })

  scope.post(paths.changeManyReport, may, async (request, reply) => {
    const id = changeIn(request)
    await startAccessOfMany(signon, actorOf(request), id, permissionsIn(request.body))
    return reply.redirect(pathTo(paths.changeManyReport, { id }), 303)
  })

  const prepared = async (
    request: Request,
    reply: Reply,
    { change, administrator }: OwnChange,
  ): Promise<Reply> => {
    const chosen = permissionsIn(request.query)
    const view = await signon.read(async (stores) => {
      const choices = await choicesOf(stores, administrator, change)
      const permissions = completed(change, choices, chosen)
      const { all } = await stores.accessOfMany.progress(change.id)
      return {
        users: usersInWords(all),
        choices: choices.map(({ id, name }) => ({
          value: String(id),
          text: name,
          checked: chosen.includes(id),
        })),
        preview:
          permissions.length === 0
            ? null
            : {
                ids: permissions.map(({ id }) => id),
                names: permissions.map(({ name }) => name),
                ...(await previewAccessOfMany(stores, { change, administrator }, permissions, all)),
              },
      }
    })
    return reply.page(
      preparedPage({
        id: change.id,
        application: change.application.name,
        isGiving: change.isGiving,
        fault: onlyText(request.query, 'chosen') === 'yes' && chosen.length === 0 ? noPermission : null,
        ...view,
      }),
    )
  }

  const report = async (
    request: Request,
    reply: Reply,
    { change, administrator }: OwnChange,
  ): Promise<Reply> => {
    const outcome = onlyText(request.query, 'outcome') === 'failed' ? 'failed' : undefined
    const after = (rowNumber(onlyText(request.query, 'after') ?? '') ?? 0) as UserId
    const [progress, found, reached] = await signon.read(async (stores) => {
      const members = await stores.accessOfMany.members(change.id, {
        after,
        outcome,
        limit: membersOnPage + 1,
      })
      const ids = members.map(({ id }) => id)
      const reached = await reachedOf(stores, administrator, ids, [])
      return [
        await stores.accessOfMany.progress(change.id),
        members,
        new Set(reached.map(({ id }) => id)),
      ] as const
    })
    const members = found.slice(0, membersOnPage)
    const last = found.length > membersOnPage ? members.at(-1) : undefined
    return reply.page(
      reportPage({
        id: change.id,
        application: change.application.name,
        isGiving: change.isGiving,
        isOver: change.endedAt !== null,
        stoppedBecause: change.stoppedBecause,
        done: thousands(progress.changed + progress.unchanged + progress.failed),
        users: usersInWords(progress.all),
        changed: thousands(progress.changed),
        unchanged: thousands(progress.unchanged),
        failed: thousands(progress.failed),
        hasFailed: progress.failed > 0,
        outcome: outcome ?? '',
        members: members.map((member) => shownAs(member, reached.has(member.id))),
        nextAddress: last
          ? `${pathTo(paths.changeManyReport, { id: change.id })}?${outcome ? 'outcome=failed&' : ''}after=${last.id}`
          : null,
      }),
    )
  }
}

const faultOf = (text: string): FieldFault => ({ text, field: fieldOf.get(text) ?? 'addresses' })

const fieldOf: ReadonlyMap<string, FieldFault['field']> = new Map([
  [noApplication, 'application'],
  [noKind, 'kind'],
])

/** Of whom the administrator does not look after any more only what became of them: a reason may name them. */
const shownAs = (member: Member, isReached: boolean): ReportView['members'][number] => {
  const { id, name, email, detail } = member
  return isReached
    ? { person: { id, name, email }, outcome: outcomeWords(member, detail) }
    : { person: null, outcome: outcomeWords(member, null) }
}

const outcomeWords = ({ outcome }: Member, detail: string | null): string => {
  if (outcome === null) return 'Waiting'
  if (outcome === 'changed') return 'Changed'
  if (outcome === 'unchanged') return 'Nothing to change'
  return detail === null ? 'Failed' : `Failed: ${detail}`
}

const changeIn = ({ params }: Request): AccessChangeId => {
  const id = rowNumber(onlyText(params, 'id') ?? '')
  if (id === undefined) throw new NotFound('There is no such change of access.')
  return id as AccessChangeId
}

const permissionsIn = (sent: unknown): readonly PermissionId[] =>
  idsIn(sent, 'permissions[]') as readonly PermissionId[]

/** Row ids that came under a name, each once; whatever is none is left out. */
const idsIn = (sent: unknown, name: string): readonly number[] => [
  ...new Set(
    textsOf(sent, name)
      .map(rowNumber)
      .filter((id) => id !== undefined),
  ),
]
