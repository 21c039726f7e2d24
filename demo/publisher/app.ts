import type { Documents } from './documents.ts'
import type { People } from './people.ts'
import type { Render } from './render.ts'
import type { Sessions } from './sessions.ts'
import type { Signon } from './signon.ts'

/** What the routes work with. */
export interface App {
  /** Our own public origin. */
  readonly url: string
  readonly now: () => Date
  readonly log: (message: string) => void
  readonly signon: Signon
  readonly people: People
  readonly documents: Documents
  readonly sessions: Sessions
  readonly render: Render
}
