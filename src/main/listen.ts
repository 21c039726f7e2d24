import { Invalid } from '#kernel/failure.ts'
import type { Scope } from '#web/routes.ts'
import type { Config } from './config.ts'
import { variables } from './settings/settings.ts'

/** Has the server listen where the settings say. Throws `Invalid` where that is no address of this machine. */
export const listen = async (web: Scope, { host, port }: Pick<Config, 'host' | 'port'>): Promise<void> => {
  try {
    await web.listen({ host, port })
  } catch (error) {
    // The address belongs to another machine, or the name to none.
    const isElsewhere =
      error instanceof Error &&
      'code' in error &&
      ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(String(error.code))
    throw isElsewhere ? new Invalid(`${host} is no address of this machine. Set ${variables.host}.`) : error
  }
}
