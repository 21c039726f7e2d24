import { pino } from 'pino'
import { createWeb } from '#main/server.ts'
import type { Signon } from '#store/signon.ts'
import { paths } from '#web/paths.ts'
import type { RouteFact } from '#web/server.ts'

/** One page of Signon with lifelike numbers in its address. */
export interface VisitedPage {
  /** As a file may be called: `users-id-edit`. */
  readonly name: string
  readonly path: string
}

/** What stands for `:id` and other numbers below an address. */
type Numbers = Readonly<Record<string, Readonly<Record<string, string | number>>>>

/** Pages that everybody may read, and somebody who has signed in as well. */
const notices: readonly string[] = [paths.privacyNotice, paths.accessibilityStatement]

/** Every address that answers GET with a page for somebody who has signed in, with these numbers. */
export const everyPage = async (signon: Signon, numbers: Numbers): Promise<readonly VisitedPage[]> => {
  const routes: RouteFact[] = []
  const web = createWeb(signon, pino({ level: 'silent' }), {
    publicUrl: 'https://signon.example',
    environment: 'test',
    trustedProxies: [],
    onRoute: (route) => routes.push(route),
  })
  await web.ready()
  await web.close()
  return routes
    .filter(
      ({ method, access, path }) =>
        method === 'GET' &&
        (access === 'full' || notices.includes(path)) &&
        !path.includes('*') &&
        !path.endsWith('.csv'),
    )
    .map(({ path }) => ({ name: nameOf(path), path: filled(path, numbers) }))
    .toSorted((one, other) => one.name.localeCompare(other.name))
}

const nameOf = (path: string): string =>
  path.replaceAll(/[^\w.]+/g, '-').replaceAll(/^-|-$/g, '') || 'dashboard'

const filled = (path: string, numbers: Numbers): string => {
  const [place] = Object.keys(numbers)
    .filter((prefix) => path.startsWith(prefix))
    .sort((one, other) => other.length - one.length)
  const known = place === undefined ? {} : numbers[place]
  return path.replaceAll(/:(\w+)/g, (_, name: string) => String(known?.[name] ?? 1))
}
