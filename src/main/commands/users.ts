import { type Role, roleNames, roles } from '#domain/user.ts'
import { createUser } from '#features/users/create-user.ts'
import { setPassword } from '#features/users/set-password.ts'
import { showUser } from '#features/users/show-user.ts'
import { suspendUser } from '#features/users/suspend-user.ts'
import { unlockUser } from '#features/users/unlock-user.ts'
import { unsuspendUser } from '#features/users/unsuspend-user.ts'
import type { UserAccount } from '#features/users/user-account.ts'
import { type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { columns } from './lines.ts'
import { choice, requiredText, text } from './options.ts'
import { passwordOptions, readPassword } from './password.ts'

export const userCommands: readonly Command[] = [
  command({
    words: 'users create',
    summary: 'Create a person who can sign in.',
    details:
      'The password comes on standard input or in a file. Permissions are granted afterwards, by users grant.',
    options: {
      name: requiredText('N', 'The person’s name.'),
      email: requiredText('E', 'Their workplace email address.'),
      role: choice<Role>('R', 'What they may do in Signon.', roles, 'normal'),
      organisation: text('SLUG', 'The organisation that they belong to.'),
      ...passwordOptions,
    },
    run: async ({ organisation: organisationSlug, name, email, role, ...given }, environment) => {
      const password = await readPassword(given)
      return withSignon(environment, async (signon, operator) => {
        const created = await createUser(signon, operator, { name, email, role, organisationSlug, password })
        return {
          document: documentOf(created),
          lines: [`${created.email} can sign in now.`, ...factsOf(created)],
        }
      })
    },
  }),

  command({
    words: 'users show',
    operands: ['email'],
    summary: 'Show a person or API user, and what they hold.',
    run: ({ email }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const { permissions, ...user } = await showUser(signon, operator, email)
        const held = Object.entries(permissions).map(([application, names]) => [
          application,
          names.join(', '),
        ])
        return { document: { ...documentOf(user), permissions }, lines: [...factsOf(user), ...columns(held)] }
      }),
  }),

  command({
    words: 'users suspend',
    operands: ['email'],
    summary: 'Suspend somebody, and end all that they have open.',
    options: { reason: requiredText('R', 'Why; administrators can read it.') },
    run: ({ email, reason }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const suspended = await suspendUser(signon, operator, { email, reason })
        return { document: documentOf(suspended), lines: [`${suspended.email} is now suspended.`] }
      }),
  }),

  command({
    words: 'users unsuspend',
    operands: ['email'],
    summary: 'End a suspension.',
    details:
      'The old password and old tokens do not come back: give a person a new one with users set-password.',
    run: ({ email }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const active = await unsuspendUser(signon, operator, email)
        const lost =
          active.kind === 'person'
            ? [
                'The old password is gone. Set a new one:',
                `bin/signon users set-password ${active.email} --password-stdin`,
              ]
            : ['Old tokens do not come back.']
        return { document: documentOf(active), lines: [`${active.email} is now active.`, ...lost] }
      }),
  }),

  command({
    words: 'users set-password',
    operands: ['email'],
    summary: 'Give a person a new password, and sign them out everywhere.',
    details: 'The password comes on standard input or in a file. It ends a lock, too.',
    options: passwordOptions,
    run: async ({ email, ...given }, environment) => {
      const password = await readPassword(given)
      return withSignon(environment, async (signon, operator) => {
        const account = await setPassword(signon, operator, { email, password })
        return {
          document: documentOf(account),
          lines: [`${account.email} can sign in with the new password now.`],
        }
      })
    },
  }),

  command({
    words: 'users unlock',
    operands: ['email'],
    summary: 'End the lock after too many wrong passwords.',
    run: ({ email }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const { account, wasLocked } = await unlockUser(signon, operator, email)
        return {
          document: { ...documentOf(account), was_locked: wasLocked },
          lines: [wasLocked ? `${account.email} is now unlocked.` : `${account.email} was not locked.`],
        }
      }),
  }),
]

const documentOf = ({
  id,
  uid,
  name,
  email,
  role,
  organisationSlug,
  status,
  suspensionReason,
}: UserAccount) => ({
  id,
  uid,
  name,
  email,
  role,
  organisation: organisationSlug,
  status,
  ...(suspensionReason !== null && { suspension_reason: suspensionReason }),
})

const factsOf = (user: UserAccount): readonly string[] =>
  columns([
    ['uid', user.uid],
    ['name', user.name],
    ['email', user.email],
    ['role', user.kind === 'machine' ? 'API user' : roleNames[user.role]],
    ['organisation', user.organisationSlug ?? 'none'],
    ['status', user.suspensionReason === null ? user.status : `${user.status}: ${user.suspensionReason}`],
  ])
