import { type OrganisationId, organisationLabel } from '#domain/organisation.ts'
import { usersInWords } from '#domain/user.ts'
import { thousands } from '#kernel/count.ts'
import { rowNumber } from '#kernel/token.ts'
import type { BatchPreview, ListedBatch } from '#store/batch-list.ts'
import type { Signon } from '#store/signon.ts'
import { paths, pathTo } from '#web/paths.ts'
import { chosenPermissions, defaultPermissions, permissionChoices } from '#web/permission-choices.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { batchIdOf } from './batch-id.route.ts'
import { noSuchBatch } from './own-batch.ts'
import { type PermissionsView, permissionsPage } from './permissions.page.ts'
import { type StartBatch, type StartFaults, startBatch } from './start-batch.ts'

const takenOnPage = 100
const organisationsOnPage = 10

export const permissionsRoutes: Routes = (scope, signon) => {
  const config = { may: 'invite a batch' } as const

  /** The person’s own batch that is not sent yet; somebody who sent it before is told so. */
  const draftOf = async (request: Request): Promise<ListedBatch | undefined> => {
    const batch = await signon.single.batchList.seek(batchIdOf(request))
    if (!batch || batch.createdBy !== sessionOf(request).user.id) throw noSuchBatch()
    return batch.state === 'draft' ? batch : undefined
  }

  const tellStarted = (request: Request, reply: Reply): Reply => {
    request.browser.say('Permissions have already been set for this batch of users', { isSuccess: false })
    return reply.redirect(pathTo(paths.batch, { id: batchIdOf(request) }), 303)
  }

  scope.get(paths.batchPermissions, { config }, async (request, reply) => {
    const batch = await draftOf(request)
    return batch ? reply.page(await pageOf(signon, batch)) : tellStarted(request, reply)
  })

  scope.post(paths.batchPermissions, { config }, async (request, reply) => {
    const batch = await draftOf(request)
    if (!batch) return tellStarted(request, reply)
    const choice = choiceOf(request.body)
    const started = await startBatch(signon, actorOf(request), batch.id, choice)
    if (started === 'before') return tellStarted(request, reply)
    if ('faults' in started) return reply.page(await pageOf(signon, batch, { choice, ...started }), 422)
    request.browser.say(`Scheduled invitation of ${usersInWords(started.users)}`)
    return reply.redirect(pathTo(paths.batch, { id: batch.id }), 303)
  })
}

const choiceOf = (body: unknown): StartBatch => {
  const organisation = onlyText(body, 'batch_invitation[organisation_id]') ?? ''
  return {
    // What is no id stands for an organisation that is not there.
    organisationId: organisation === '' ? null : ((rowNumber(organisation) ?? 0) as OrganisationId),
    permissions: chosenPermissions(body),
    requiresTwoStep: onlyText(body, 'user[require_2sv]') === '1',
  }
}

interface Tried {
  readonly choice: StartBatch
  readonly faults: StartFaults
}

const pageOf = async (signon: Signon, batch: ListedBatch, tried?: Tried) => {
  const { preview, open, offered } = await signon.read(async (stores) => ({
    preview: await stores.batchList.preview(batch.id, takenOnPage),
    open: await stores.organisations.listOpen(),
    offered: await stores.invitationForm.applications(),
  }))
  const faults = (tried?.faults.withoutAccess ?? []).map(
    ({ id, name }) => [id, `To give permissions for ${name}, tick “Has access to ${name}?” too`] as const,
  )
  const needsOrganisation = preview.organisations.some(({ name }) => name === null)
  const chosen = tried?.choice.organisationId ?? null
  return permissionsPage({
    ...previewView(batch, preview),
    choices: needsOrganisation
      ? [
          { value: '', text: 'None', selected: chosen === null },
          ...open.map((organisation) => ({
            value: String(organisation.id),
            text: organisationLabel(organisation),
            selected: organisation.id === chosen,
          })),
        ]
      : null,
    applications: permissionChoices(
      offered,
      tried?.choice.permissions ?? defaultPermissions(offered),
      new Map(faults),
    ),
    requiresTwoStep: tried?.choice.requiresTwoStep ?? false,
    organisationFault: tried?.faults.organisation ?? null,
    permissionsFault: tried?.faults.permissions ?? null,
  })
}

type PreviewView = Omit<
  PermissionsView,
  'choices' | 'applications' | 'requiresTwoStep' | 'organisationFault' | 'permissionsFault'
>

const previewView = (batch: ListedBatch, preview: BatchPreview): PreviewView => {
  const toInvite = batch.users - preview.takenCount
  const moreTaken = preview.takenCount - preview.taken.length
  return {
    id: batch.id,
    users: usersInWords(batch.users),
    toInvite: toInvite > 0 ? usersInWords(toInvite) : null,
    taken: preview.taken,
    takenInWords: preview.takenCount > 0 ? usersInWords(preview.takenCount) : 'Nobody',
    moreTaken: moreTaken > 0 ? thousands(moreTaken) : null,
    organisations: organisationLines(preview),
    encodingNote:
      batch.encoding === 'windows-1252'
        ? 'The file is not in UTF-8, so it was read as Windows-1252. Check that accents in names are right. If they are not, save the file as “CSV UTF-8” and start again.'
        : null,
    sample: preview.sample.map(({ name, email, organisation }) => ({
      name,
      email,
      organisation: organisation ?? 'None',
    })),
  }
}

const organisationLines = ({ organisations }: BatchPreview): readonly string[] => {
  const lines = organisations
    .slice(0, organisationsOnPage)
    .map(({ name, rows }) => `${name ?? 'None named'}: ${usersInWords(rows)}`)
  const more = organisations.length - organisationsOnPage
  return more > 0 ? [...lines, `And ${thousands(more)} more organisations`] : lines
}
