import { eventNameOf, eventWords } from '#domain/event-log.ts'
import { listEvents } from '#features/events/list-events.ts'
import type { LoggedEvent } from '#store/events.ts'
import { type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { moment, table } from './lines.ts'
import { count, text } from './options.ts'

export const eventCommands: readonly Command[] = [
  command({
    words: 'events list',
    summary: 'Show the newest events of the log.',
    options: {
      user: text('E', 'Only events about the account with this address.'),
      limit: count('How many at most; 50 unless given.', 50, [1, 10_000]),
    },
    run: ({ user: email, limit }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const events = await listEvents(signon, operator, { email, limit })
        return {
          document: events.map(documentOf),
          lines: table(['Time', 'About', 'Event'], events.map(rowOf), 'Nothing has happened yet.'),
        }
      }),
  }),
]

const rowOf = (event: LoggedEvent): readonly string[] => [
  moment(event.at),
  event.aboutEmail ?? event.about ?? '',
  [
    eventWords(event.number),
    event.application && `for ${event.application}`,
    event.actor && `by ${event.actor}`,
    event.note,
    event.address,
  ]
    .filter(Boolean)
    .join(' '),
]

const documentOf = (event: LoggedEvent) => ({
  id: event.id,
  at: event.at.toISOString(),
  number: event.number,
  name: eventNameOf(event.number) ?? null,
  words: eventWords(event.number),
  about: event.about,
  email: event.aboutEmail,
  application: event.application,
  actor_kind: event.actorKind,
  actor: event.actor,
  note: event.note,
  address: event.address,
  user_agent: event.userAgent,
})
