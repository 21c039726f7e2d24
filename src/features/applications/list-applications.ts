import { mayAdminister } from '#domain/administration.policy.ts'
import type { Application } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { enforce } from '#kernel/failure.ts'
import type { Signon } from '#store/signon.ts'

/** Every application by name, retired ones included. */
export const listApplications = async (signon: Signon, actor: Actor): Promise<readonly Application[]> => {
  enforce(mayAdminister(actor, 'list applications'))
  return signon.read(({ applications }) => applications.list())
}
