import { mayAdminister } from '#domain/administration.policy.ts'
import type { Application } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { Conflict, enforce, Invalid, NotFound } from '#kernel/failure.ts'
import type { Signon } from '#store/signon.ts'
import { type Run, type RunOptions, walk } from '#store/walk.ts'
import { grantAccess } from './grant-access.ts'

export interface MigratePermissions extends RunOptions {
  /** Names of applications. */
  readonly source: string
  readonly target: string
}

/**
 * Gives everybody who may sign in to one application, on another one, the permissions of the same names that they hold;
 * nothing is taken away. Permissions that only Signon gives stay behind. Throws `NotFound` for an unknown application,
 * and when the target lacks a permission of the source: then nothing is changed.
 */
export const migratePermissions = async (
  signon: Signon,
  actor: Actor,
  input: MigratePermissions,
): Promise<Run> => {
  enforce(mayAdminister(actor, 'change everybody at once'))
  const { applications, grants, manyUsers } = signon.single
  const [source, target] = [
    await applications.findByName(input.source),
    await applications.findByName(input.target),
  ]
  if (source.id === target.id) throw new Invalid('The source and the target are the same application.')
  if (target.retiredAt !== null) throw new Conflict(`${target.name} is retired.`)
  const movable = await movableNames(signon, source, target)

  const { isRehearsal = false } = input
  return walk(signon, {
    ...input,
    find: (range) => manyUsers.within(range, { withSignin: source.id }),
    async act({ id, email }) {
      const held = await grants.held(id, source.id)
      const permissions = held.filter((name) => movable.includes(name))
      const change = { email, applicationName: target.name, permissions, isRehearsal }
      const { changed } = await grantAccess(signon, actor, change)
      return changed.length > 0 ? 'done' : 'unchanged'
    },
  })
}

const movableNames = async (
  { single: { grants } }: Signon,
  source: Application,
  target: Application,
): Promise<readonly string[]> => {
  const offered = await grants.permissions(source.id)
  const movable = offered.filter(({ isGrantable }) => isGrantable).map(({ name }) => name)
  const there = new Set((await grants.permissionNames(target.id)).map((name) => name.toLowerCase()))
  const missing = movable.filter((name) => !there.has(name.toLowerCase()))
  if (missing.length > 0)
    throw new NotFound(
      `${target.name} has no permission called ${missing.join(', ')}, as ${source.name} has.`,
    )
  return movable
}
