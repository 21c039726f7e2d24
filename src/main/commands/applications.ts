import type { Application } from '#domain/application.ts'
import { type CreatedApplication, createApplication } from '#features/applications/create-application.ts'
import { listApplications } from '#features/applications/list-applications.ts'
import { markTestAccount } from '#features/applications/mark-test-account.ts'
import { migrateDomain } from '#features/applications/migrate-domain.ts'
import { retireApplication } from '#features/applications/retire-application.ts'
import { rotateSecret } from '#features/applications/rotate-secret.ts'
import { allowsHttp } from '#main/plain-http.ts'
import { type Answer, type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { columns, oneLine, table } from './lines.ts'
import { dryRun, flag, requiredText, requiredTexts, text, texts } from './options.ts'

export const applicationCommands: readonly Command[] = [
  command({
    words: 'applications create',
    summary: 'Create an application that people or machines sign in to.',
    options: {
      name: requiredText('N', 'Its name.'),
      redirectUri: requiredTexts('U', 'Where people are sent back to after signing in.'),
      homeUri: text('U', 'Where the dashboard links to.'),
      description: text('D', 'What the dashboard says of it.'),
      apiOnly: flag('It has no pages, so the dashboard leaves it out.'),
      gdsOnly: flag('People outside GDS are not told whom to ask for access.'),
      directoryApi: flag('Its tokens may look users up at /api/users.'),
      withoutPkce: flag('Accept sign-ins without PKCE, for clients too old for it.'),
      permission: texts('P', 'A permission that it offers beside signin.'),
    },
    run: (given, environment) =>
      withSignon(environment, async (signon, operator, config) => {
        const created = await createApplication(signon, operator, {
          name: given.name,
          redirectUris: given.redirectUri,
          homeUri: given.homeUri,
          description: given.description,
          isApiOnly: given.apiOnly,
          isGdsOnly: given.gdsOnly,
          ...(given.directoryApi && { isDirectoryApi: true }),
          requiresPkce: !given.withoutPkce,
          permissions: given.permission,
          allowHttp: allowsHttp(config),
        })
        return withSecret(created, `Application ‘${created.application.name}’ created.`)
      }),
  }),

  command({
    words: 'applications list',
    summary: 'List all applications.',
    run: (_, environment) =>
      withSignon(environment, async (signon, operator) => {
        const applications = await listApplications(signon, operator)
        const rows = applications.map((one) => [one.name, one.clientId, stateOf(one), one.homeUri ?? ''])
        return {
          document: applications.map(documentOf),
          lines: table(['Name', 'Client id', 'State', 'Home'], rows, 'There are no applications yet.'),
        }
      }),
  }),

  command({
    words: 'applications retire',
    operands: ['name'],
    summary: 'Take an application out of service.',
    details: 'Nobody can sign in to it any more, and its tokens are refused. All that belongs to it is kept.',
    run: ({ name }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const retired = await retireApplication(signon, operator, { name })
        return { document: documentOf(retired), lines: [oneLine(`${retired.name} is now retired.`)] }
      }),
  }),

  command({
    words: 'applications rotate-secret',
    operands: ['name'],
    summary: 'Give an application a new secret beside the one it has.',
    details: 'Two secrets are good at a time. If the present one has leaked, rotate twice: that ends it.',
    run: ({ name }, environment) =>
      withSignon(environment, async (signon, operator) =>
        withSecret(
          await rotateSecret(signon, operator, { name }),
          'The secret before this one stays good until the next rotation.',
        ),
      ),
  }),

  command({
    words: 'applications test-account',
    operands: ['email'],
    summary: 'Leave the sign-ins of an account out of reports about applications.',
    details: 'For accounts that tests sign in with. Figures of months that are over stay as they are.',
    options: { noLonger: flag('Count them again: it is somebody’s account.') },
    run: ({ email, noLonger }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const user = await markTestAccount(signon, operator, { email, isTestAccount: !noLonger })
        const words = noLonger ? 'is not an account of tests' : 'is an account of tests'
        return {
          document: { email: user.email, test_account: !noLonger },
          lines: [oneLine(`${user.email} ${words}.`)],
        }
      }),
  }),

  command({
    words: 'applications migrate-domain',
    summary: 'Move the addresses of all applications to another domain, for good.',
    options: {
      from: requiredText('D', 'The old domain, such as old.example.gov.uk.'),
      to: requiredText('D', 'The new domain.'),
      ignore: texts('N', 'An application that stays where it is.'),
      dryRun,
    },
    run: ({ from, to, ignore: ignored, dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator, config) => {
        const input = { from, to, ignored, isRehearsal, allowHttp: allowsHttp(config) }
        const moved = await migrateDomain(signon, operator, input)
        const rows = moved.map((one) => [one.applicationName, one.field, one.from, one.to])
        return {
          document: {
            matched: moved.length,
            changed: isRehearsal ? 0 : moved.length,
            details: moved.map(({ applicationName, ...one }) => ({ application: applicationName, ...one })),
            ...(isRehearsal && { dry_run: true }),
          },
          lines: [
            ...(rows.length === 0 ? [] : columns(rows)),
            `${moved.length} address${moved.length === 1 ? '' : 'es'} ${isRehearsal ? 'would move' : 'moved'} from ${from} to ${to}.`,
          ],
        }
      }),
  }),
]

const withSecret = ({ application, clientSecret }: CreatedApplication, sentence: string): Answer => ({
  document: { ...documentOf(application), client_secret: clientSecret },
  lines: [
    oneLine(sentence),
    ...columns([
      ['client_id', application.clientId],
      ['client_secret', clientSecret],
    ]),
    'The secret is not shown again.',
  ],
})

const documentOf = (application: Application) => ({
  id: application.id,
  name: application.name,
  description: application.description,
  client_id: application.clientId,
  redirect_uris: application.redirectUris,
  home_uri: application.homeUri,
  push_uri: application.pushUri,
  supports_push_updates: application.supportsPushUpdates,
  api_only: application.isApiOnly,
  gds_only: application.isGdsOnly,
  directory_api: application.isDirectoryApi,
  requires_pkce: application.requiresPkce,
  retired_at: application.retiredAt?.toISOString() ?? null,
})

const stateOf = ({ retiredAt, isApiOnly }: Application): string => {
  if (retiredAt !== null) return 'retired'
  return isApiOnly ? 'API only' : 'active'
}
