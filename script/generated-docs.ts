import { pino } from 'pino'
import {
  type AdministrativeAction,
  type Administrator,
  administrativeActions,
  isInReach,
  roleMay,
  type Subject,
} from '#domain/administration.policy.ts'
import { type EventName, eventKinds, reservedEventNumbers } from '#domain/events.ts'
import { jobTerms, schedule } from '#domain/jobs.ts'
import { type MailName, mails } from '#domain/mails.ts'
import { jobsAfter, mailsAfter } from '#domain/reactions.ts'
import { type Role, roleNames, roles, type UserId } from '#domain/user.ts'
import { createWeb } from '#main/server.ts'
import { type SettingName, settings, variables } from '#main/settings/settings.ts'
import type { Signon } from '#store/signon.ts'
import type { RouteFact } from '#web/server.ts'

/** Every document that is made from the code, by its path. A test fails when one is not what this says. */
export const generatedDocs = async (): Promise<Readonly<Record<string, string>>> => ({
  'docs/generated/settings.md': settingsDoc(),
  'docs/generated/events.md': eventsDoc(),
  'docs/generated/mails.md': mailsDoc(),
  'docs/generated/permissions.md': await permissionsDoc(),
})

const heading = (title: string, text: string): string =>
  `# ${title}\n\n${text}\n\nMade from the code by \`npm run docs\`; a test fails when it drifts.\n\n`

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`
  return line(heads) + line(heads.map(() => '---')) + rows.map(line).join('')
}

const settingsDoc = (): string => {
  const rows = Object.entries(settings).map(([name, one]) => [
    `\`${variables[name as SettingName]}\``,
    one.about,
    'otherwise' in one ? one.otherwise : '**must be given** (the demo makes its own)',
  ])
  return (
    heading('Settings', 'Read once when a process starts. All faults are reported at once.') +
    table(['Variable', 'What it is', 'Without it'], rows)
  )
}

const eventsDoc = (): string => {
  const rows = Object.entries(eventKinds)
    .toSorted(([, one], [, other]) => one.number - other.number)
    .map(([name, kind]) => [
      String(kind.number),
      `\`${name}\``,
      kind.words,
      'isRestricted' in kind ? 'superadmins and admins' : 'whoever may see the account’s log',
      jobsAfter(name as keyof typeof eventKinds).join(', ') || '–',
    ])
  const text = `Numbers 1 to 48 keep the meaning that they had before Signon was rewritten; ${reservedEventNumbers.join(', ')} are kept for them and not recorded by this version.`
  const jobs = Object.entries(jobTerms).map(([name, { attempts }]) => [`\`${name}\``, String(attempts)])
  const calendar = Object.entries(schedule).map(([name, times]) => [`\`${name}\``, `\`${times}\``])
  return `${heading('Events', text)}${table(['Number', 'Name', 'Words', 'Shown to', 'Jobs that follow'], rows)}\n## Jobs\n\n${table(['Job', 'Attempts at most'], jobs)}\n## Jobs of the calendar\n\n${table(['Job', 'Minute, hour, day, month, weekday (UTC)'], calendar)}`
}

const mailsDoc = (): string => {
  const afterEvents = (Object.keys(eventKinds) as EventName[]).flatMap((event) =>
    mailsAfter(event).map((mail) => ({ event, mail })),
  )
  const rows = afterEvents.map(({ event, mail }) => [`\`${event}\``, ...cellsOf(mail)])
  const known = new Set(afterEvents.map(({ mail }) => mail))
  const others = (Object.keys(mails) as MailName[]).filter((mail) => !known.has(mail))
  const text =
    'Every mail is written when it is sent, with what holds then, and not sent when it has nothing to say any more. A link in it is made only then.'
  return `${heading('Mails', text)}${table(['After the event', 'Mail', 'To', 'Says'], rows)}\n## Mails of the calendar\n\nNo event leads to these: a job of the calendar asks for them.\n\n${table(['Mail', 'To', 'Says'], others.map(cellsOf))}`
}

const cellsOf = (mail: MailName): readonly string[] => [`\`${mail}\``, mails[mail].to, mails[mail].says]

const who = {
  always: 'everybody',
  public: 'everybody, but whoever is half way through signing in finishes that first',
  open: 'everybody',
  own: 'a person who has signed in fully (others are sent to sign in)',
  password: 'a person whose password was right',
  'set-up': 'a person who has passed the second step, if they have one',
  full: 'a person who has signed in fully',
  client: 'an application, by its id and secret',
  bearer: 'the holder of an access token or API token',
} as const satisfies Record<RouteFact['access'], string>

const permissionsDoc = async (): Promise<string> => {
  const routes: RouteFact[] = []
  const web = createWeb({} as Signon, pino({ level: 'silent' }), {
    publicUrl: 'https://signon.example',
    environment: 'production',
    trustedProxies: [],
    onRoute: (route) => routes.push(route),
  })
  await web.ready()
  const rows = routes
    .filter(({ method, path }) => method !== 'HEAD' && !path.startsWith('/assets/'))
    .toSorted((one, other) => one.path.localeCompare(other.path) || one.method.localeCompare(other.method))
    .map(({ method, path, access, may }) => [method, `\`${path}\``, may ? rolesThatMay(may) : who[access]])
  const text =
    'Who may reach each address. Every form also needs a token that proves that it is ours; every command is for operators, whoever may run `bin/signon` beside the database.'
  return `${heading('Permissions', text)}${table(['Method', 'Address', 'Who'], rows)}\n${rightsDoc()}`
}

const rolesThatMay = (action: AdministrativeAction): string =>
  `whose role lets them ${action}: ${
    roles
      .filter((role) => roleMay(role, action))
      .map((role) => roleNames[role].toLowerCase())
      .join(', ') || 'nobody'
  }`

const places = {
  own: 'their own organisation',
  below: 'one below it',
  elsewhere: 'another, or none',
} as const

/** The table of rights, and whom they may be used on. */
const rightsDoc = (): string => {
  const heads = roles.map((role) => roleNames[role])
  const rights = administrativeActions.map((action) => [
    action,
    ...roles.map((role) => (roleMay(role, action) ? 'yes' : 'no')),
  ])
  const reach = roles.flatMap((role) =>
    (Object.keys(places) as (keyof typeof places)[]).map((place) => [
      roleNames[role],
      places[place],
      ...roles.map((target) => (isInReach(personOf(role), subjectOf(target), place) ? 'yes' : 'no')),
    ]),
  )
  return `## Rights

What people of each role may do, with those whom they reach. Whoever is out of reach does not exist for them: the answer is 404. Without the right it is 403. Operators may do everything, by command.

${table(['', ...heads], rights)}
Beside that, nobody does to their own account what they do to others', except look at it and change its access; only members of the Government Digital Service exempt people from 2-step verification; and the last active superadmin can be neither suspended nor given another role.

## Reach

Whom people of a role reach, by the other person's role. Superadmins alone reach API users.

${table(['Administrator', 'The other person is in', ...heads], reach)}`
}

const personOf = (role: Role): Administrator => ({
  kind: 'person',
  id: 1 as UserId,
  role,
  organisationId: null,
  isInGds: false,
})

const subjectOf = (role: Role): Subject => ({ id: 2 as UserId, kind: 'person', role })
