import type { AccessChange } from '#features/access/change.ts'
import { grantAccess } from '#features/access/grant-access.ts'
import { revokeAccess } from '#features/access/revoke-access.ts'
import { type Answer, type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { oneLine } from './lines.ts'
import { flag, requiredText, texts } from './options.ts'

const application = requiredText('NAME', 'The application’s name.')
const dryRun = flag('Say what would change, and change nothing.')

export const accessCommands: readonly Command[] = [
  command({
    words: 'users grant',
    operands: ['email'],
    summary: 'Let somebody sign in to an application, with permissions.',
    options: { application, permission: texts('P', 'A permission beside signin.'), dryRun },
    run: (
      { email, application: applicationName, permission: permissions, dryRun: isRehearsal },
      environment,
    ) =>
      withSignon(environment, async (signon, operator) => {
        const input = { email, applicationName, permissions, isRehearsal }
        const change = await grantAccess(signon, operator, input)
        return answerOf(change, 'added', isRehearsal, {
          done: isRehearsal ? 'would be given' : 'now holds',
          nothing: 'holds that already on',
        })
      }),
  }),

  command({
    words: 'users revoke',
    operands: ['email'],
    summary: 'Take permissions away; without naming any, all access to the application.',
    details:
      'Without signin nobody keeps the others, so it takes all of them with it, and every token for the application.',
    options: { application, permission: texts('P', 'A permission to take away.'), dryRun },
    run: (
      { email, application: applicationName, permission: permissions, dryRun: isRehearsal },
      environment,
    ) =>
      withSignon(environment, async (signon, operator) => {
        const input = { email, applicationName, permissions, isRehearsal }
        const change = await revokeAccess(signon, operator, input)
        return answerOf(change, 'removed', isRehearsal, {
          done: isRehearsal ? 'would lose' : 'has lost',
          nothing: 'holds nothing of that on',
        })
      }),
  }),
]

const answerOf = (
  { user, applicationName, changed, held }: AccessChange,
  key: 'added' | 'removed',
  isRehearsal: boolean,
  words: { readonly done: string; readonly nothing: string },
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
