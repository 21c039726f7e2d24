import type { Actor } from '#domain/events.ts'
import { administratorFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'

/** Has the nightly import done soon, by Signon itself. It waits once, however often it is asked for. */
export const askForImport = (signon: Signon, actor: Actor): Promise<void> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'import organisations')
    await work.jobs.addScheduled('import-organisations')
    await work.record({ name: 'organisation-import-asked', about: null }, actor)
  })
