import type { AccessChange } from '#features/access/change.ts'
import { grantAccess } from '#features/access/grant-access.ts'
import { revokeAccess } from '#features/access/revoke-access.ts'
import type { Environment } from '#main/config.ts'
import { type Answer, type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { oneLine } from './lines.ts'
import { dryRun, requiredText, texts } from './options.ts'

const application = requiredText('NAME', 'The application’s name.')

export const accessCommands: readonly Command[] = [
  command({
    words: 'users grant',
    operands: ['email'],
    summary: 'Let somebody sign in to an application, with permissions.',
    options: { application, permission: texts('P', 'A permission beside signin.'), dryRun },
    run: (given, environment) =>
      changeAccess(environment, given, grantAccess, 'added', {
        done: given.dryRun ? 'would be given' : 'now holds',
        nothing: 'holds that already on',
      }),
  }),

  command({
    words: 'users revoke',
    operands: ['email'],
    summary: 'Take permissions away; without naming any, all access to the application.',
    details:
      'Without signin nobody keeps the others, so it takes all of them with it, and every token for the application.',
    options: { application, permission: texts('P', 'A permission to take away.'), dryRun },
    run: (given, environment) =>
      changeAccess(environment, given, revokeAccess, 'removed', {
        done: given.dryRun ? 'would lose' : 'has lost',
        nothing: 'holds nothing of that on',
      }),
  }),
]

interface Given {
  readonly email: string
  readonly application: string
  readonly permission: readonly string[]
  readonly dryRun: boolean
}

interface Words {
  readonly done: string
  readonly nothing: string
}

const changeAccess = (
  environment: Environment,
  { email, application: applicationName, permission: permissions, dryRun: isRehearsal }: Given,
  change: typeof grantAccess,
  key: 'added' | 'removed',
  words: Words,
): Promise<Answer> =>
  withSignon(environment, async (signon, operator) => {
    const changed = await change(signon, operator, { email, applicationName, permissions, isRehearsal })
    return answerOf(changed, key, isRehearsal, words)
  })

const answerOf = (
  { user, applicationName, changed, held }: AccessChange,
  key: 'added' | 'removed',
  isRehearsal: boolean,
  words: Words,
): Answer => ({
  document: {
    email: user.email,
    application: applicationName,
    [key]: changed,
    permissions: held,
    ...(isRehearsal && { dry_run: true }),
  },
  lines: [
    oneLine(
      changed.length === 0
        ? `${user.email} ${words.nothing} ${applicationName}.`
        : `${user.email} ${words.done} ${changed.join(', ')} on ${applicationName}.`,
    ),
  ],
})
