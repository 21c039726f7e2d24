import { mayAdminister } from '#domain/administration.policy.ts'
import type { ApplicationId } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { usersInWords } from '#domain/user.ts'
import { Conflict, enforce } from '#kernel/failure.ts'
import type { OneOfMany } from '#store/many-users.ts'
import type { Signon } from '#store/signon.ts'
import { idRanges } from '#store/walk.ts'

export interface PushPermissions {
  /** Tell this application only. */
  readonly applicationName?: string | undefined
  readonly isRehearsal?: boolean
}

/**
 * Has applications told anew what everybody holds whom they hear of at all. That is queued behind everything else, some
 * thousand people in a transaction; answers how many people. Throws `NotFound` for an unknown application, `Conflict`
 * for one that takes no pushes.
 */
export const pushPermissions = async (
  signon: Signon,
  actor: Actor,
  { applicationName, isRehearsal = false }: PushPermissions,
): Promise<number> => {
  enforce(mayAdminister(actor, 'change everybody at once'))
  const only = applicationName === undefined ? undefined : await listenerNamed(signon, applicationName)
  const chosen = { hasListener: only ?? true } as const
  const people = await signon.single.manyUsers.count(chosen)
  if (isRehearsal || people === 0) return people

  const concerned = only === undefined ? {} : { application: only }
  await signon.transaction((work) =>
    work.record({ name: 'permissions-pushed', about: null, note: usersInWords(people), ...concerned }, actor),
  )
  for await (const range of idRanges(signon))
    await announce(signon, await signon.single.manyUsers.within(range, chosen), only)
  return people
}

const listenerNamed = async ({ single }: Signon, named: string): Promise<ApplicationId> => {
  const { id, name, retiredAt, supportsPushUpdates } = await single.applications.findByName(named)
  if (retiredAt !== null) throw new Conflict(`${name} is retired.`)
  if (!supportsPushUpdates) throw new Conflict(`${name} takes no pushes.`)
  return id
}

const announce = (signon: Signon, people: readonly OneOfMany[], only?: ApplicationId): Promise<void> =>
  signon.transaction(async ({ jobs }) => {
    for (const { id } of people)
      await jobs.add({
        name: 'announce-user',
        payload: {
          user: id,
          update: true,
          reauthenticate: false,
          isPatient: true,
          ...(only !== undefined && { only }),
        },
      })
  })
