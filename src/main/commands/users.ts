import { signInBy } from '#domain/dormancy.ts'
import { type Role, roleNames, roles } from '#domain/user.ts'
import { inviteUser } from '#features/invitations/invite-user.ts'
import { resendInvitation } from '#features/invitations/resend-invitation.ts'
import { changeEmail } from '#features/users/change-email.ts'
import { createUser } from '#features/users/create-user.ts'
import { setPassword } from '#features/users/set-password.ts'
import { showUser } from '#features/users/show-user.ts'
import { suspendUser } from '#features/users/suspend-user.ts'
import { unlockUser } from '#features/users/unlock-user.ts'
import { unsuspendUser } from '#features/users/unsuspend-user.ts'
import type { UserAccount } from '#store/user-account.ts'
import { type Answer, type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { columns } from './lines.ts'
import { choice, requiredText, text } from './options.ts'
import { isPasswordGiven, passwordOptions, readPassword } from './password.ts'

export const userCommands: readonly Command[] = [
  command({
    words: 'users create',
    summary: 'Create a person, and mail them an invitation.',
    details:
      'With a password, on standard input or in a file, they are not invited: they can sign in at once. Permissions are granted afterwards, by users grant.',
    options: {
      name: requiredText('N', 'The person’s name.'),
      email: requiredText('E', 'Their workplace email address.'),
      role: choice<Role>('R', 'What they may do in Signon.', roles, 'normal'),
      organisation: text('SLUG', 'The organisation that they belong to.'),
      ...passwordOptions,
    },
    run: async ({ organisation: organisationSlug, name, email, role, ...given }, environment) => {
      const person = { name, email, role, organisationSlug }
      const password = isPasswordGiven(given) ? await readPassword(given) : undefined
      return withSignon(environment, async (signon, operator) => {
        if (password === undefined) return answerOfInvitation(await inviteUser(signon, operator, person))
        const created = await createUser(signon, operator, { ...person, password })
        return {
          document: documentOf(created),
          lines: [`${created.email} can sign in now.`, ...factsOf(created)],
        }
      })
    },
  }),

  command({
    words: 'users resend-invitation',
    operands: ['email'],
    summary: 'Mail an invitation again, with a new link.',
    details: 'Its two weeks begin anew. The link that was sent before is good no more.',
    run: ({ email }, environment) =>
      withSignon(environment, async (signon, operator) =>
        answerOfInvitation(await resendInvitation(signon, operator, { email })),
      ),
  }),

  command({
    words: 'users show',
    operands: ['email'],
    summary: 'Show a person or API user, and what they hold.',
    run: ({ email }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const { permissions, ...user } = await showUser(signon, operator, { email })
        const held = Object.entries(permissions).map(([application, names]) => [
          application,
          names.join(', '),
        ])
        return { document: { ...documentOf(user), permissions }, lines: [...factsOf(user), ...columns(held)] }
      }),
  }),

  command({
    words: 'users change-email',
    operands: ['email', 'new'],
    summary: 'Give somebody another email address.',
    details:
      'A person confirms it by a link that is mailed to the new address, and keeps the old one until then. Somebody who has not accepted their invitation gets a new one; of an API user it is changed at once.',
    run: ({ email, new: newEmail }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const { account, pendingEmail } = await changeEmail(signon, operator, { email, newEmail })
        return {
          document: { ...documentOf(account), pending_email: pendingEmail },
          lines: [
            pendingEmail === null
              ? `The address is now ${account.email}.`
              : `${account.email} stays until ${pendingEmail} has confirmed the change.`,
          ],
        }
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
        const active = await unsuspendUser(signon, operator, { email })
        const lost =
          active.kind === 'person'
            ? [
                'The old password is gone. Set a new one:',
                `bin/signon users set-password ${active.email} --password-stdin`,
              ]
            : ['Old tokens do not come back.']
        const lastDay = lastDayOf(active)
        const until =
          lastDay === undefined ? [] : [`They must sign in by ${lastDay}, or are suspended again.`]
        return { document: documentOf(active), lines: [`${active.email} is now active.`, ...lost, ...until] }
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
        const { account, wasLocked } = await unlockUser(signon, operator, { email })
        return {
          document: { ...documentOf(account), was_locked: wasLocked },
          lines: [wasLocked ? `${account.email} is now unlocked.` : `${account.email} was not locked.`],
        }
      }),
  }),
]

const answerOfInvitation = (invited: UserAccount): Answer => ({
  document: documentOf(invited),
  lines: [`${invited.email} is sent an invitation, good for 2 weeks.`, ...factsOf(invited)],
})

const documentOf = (user: UserAccount) => {
  const { id, uid, name, email, role, organisationSlug, status, suspensionReason } = user
  const lastDay = lastDayOf(user)
  return {
    id,
    uid,
    name,
    email,
    role,
    organisation: organisationSlug,
    status,
    ...(suspensionReason !== null && { suspension_reason: suspensionReason }),
    ...(lastDay !== undefined && { sign_in_by: lastDay }),
  }
}

/** The last date on which signing in keeps the account from being suspended as unused: `2026-11-09`. */
const lastDayOf = (user: UserAccount): string | undefined => signInBy(user)?.toISOString().slice(0, 10)

const factsOf = (user: UserAccount): readonly string[] => {
  const lastDay = lastDayOf(user)
  return columns([
    ['uid', user.uid],
    ['name', user.name],
    ['email', user.email],
    ['role', user.kind === 'machine' ? 'API user' : roleNames[user.role]],
    ['organisation', user.organisationSlug ?? 'none'],
    ['status', user.suspensionReason === null ? user.status : `${user.status}: ${user.suspensionReason}`],
    ...(lastDay === undefined ? [] : [['sign in by', lastDay]]),
  ])
}
