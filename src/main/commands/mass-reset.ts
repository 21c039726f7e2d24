import { dayOf } from '#domain/day.ts'
import type { ResetChoice } from '#domain/mass-reset.ts'
import { type Role, roles } from '#domain/user.ts'
import {
  type ForeseenReset,
  foreseeMassReset,
  prepareMassReset,
} from '#features/mass-reset/prepare-mass-reset.ts'
import { resetPasswordsOfMany } from '#features/mass-reset/reset-passwords-of-many.job.ts'
import { startMassReset } from '#features/mass-reset/start-mass-reset.ts'
import type { ResetMember } from '#store/mass-resets.ts'
import type { Signon } from '#store/signon.ts'
import { type Answer, type Command, command, type Option, WrongUsage } from './command.ts'
import { withSignon } from './console.ts'
import { columns, oneLine } from './lines.ts'
import { dryRun, flag, requiredText, text, texts } from './options.ts'

const day = (about: string): Option<string | undefined> => ({
  value: 'YYYY-MM-DD',
  about,
  read: ([given]) => {
    const found = given === undefined ? undefined : dayOf(given)
    if (given !== undefined && found === undefined) throw new WrongUsage('must be a day such as 2026-03-27')
    return found
  },
})

const roleTexts: Option<readonly Role[]> = {
  ...texts('R', ''),
  about: `Only people of this role: one of ${roles.join(', ')}.`,
  read: (given) => {
    const unknown = given.find((one) => !roles.some((role) => role === one))
    if (unknown !== undefined) throw new WrongUsage(`must be one of ${roles.join(', ')}`)
    return roles.filter((role) => given.includes(role))
  },
}

export const massResetCommands: readonly Command[] = [
  command({
    words: 'users reset-passwords',
    summary: 'Reset the passwords of many people at once.',
    details:
      'Their passwords stop working, they are signed out everywhere, and each is mailed a link to choose a new one, 200 people a minute. Who fits all that is asked for is meant; API users, suspended people and those without a password never are. If it is broken off, the worker goes on with it.',
    options: {
      role: roleTexts,
      organisation: text('SLUG', 'Only people of this organisation.'),
      withBelow: flag('And of all organisations below it.'),
      lastSignedInSince: day('Only who last signed in on this day or later.'),
      lastSignedInBefore: day('Only who last signed in before this day.'),
      everybody: flag('Everybody who has a password; needed when nothing else is said.'),
      reason: requiredText('R', 'Why; administrators can read it.'),
      revokeTokens: flag('Revoke what applications hold for them, too.'),
      dryRun,
    },
    run: (given, environment) =>
      withSignon(environment, async (signon, operator) => {
        const choice = await choiceOf(signon, given)
        if (given.dryRun) return answerOfPreview(await foreseeMassReset(signon, operator, choice))
        const id = await prepareMassReset(signon, operator, choice)
        await startMassReset(signon, operator, id, {
          reason: given.reason,
          endsAuthorizations: given.revokeTokens,
        })
        await resetPasswordsOfMany(signon)({ reset: id })
        return answerOf(await signon.single.massResets.members(id, { after: -1, limit: 2_147_483_647 }), id)
      }),
  }),
]

interface Given {
  readonly role: readonly Role[]
  readonly organisation: string | undefined
  readonly withBelow: boolean
  readonly lastSignedInSince: string | undefined
  readonly lastSignedInBefore: string | undefined
  readonly everybody: boolean
}

const choiceOf = async ({ single }: Signon, given: Given): Promise<ResetChoice> => {
  if (given.withBelow && given.organisation === undefined)
    throw new WrongUsage('--with-below needs --organisation.')
  const { organisation: slug } = given
  return {
    roles: given.role,
    organisation: slug === undefined ? null : (await single.organisations.find({ slug })).id,
    withBelow: given.withBelow,
    since: given.lastSignedInSince,
    before: given.lastSignedInBefore,
    isEverybody: given.everybody,
    withOneself: false,
  }
}

const answerOfPreview = ({ selection, all, first }: ForeseenReset): Answer => {
  const details = first.map(({ email }) => ({ email, outcome: 'would be reset' }))
  return {
    document: { matched: all, changed: 0, details, selection, dry_run: true },
    lines: [
      ...columns(details.map(({ email, outcome }) => [email, outcome])),
      ...(all > details.length ? ['…'] : []),
      oneLine(`${all} passwords would be reset (${selection}).`),
    ],
  }
}

const outcomes = { reset: 'reset', unchanged: 'nothing to reset', failed: 'failed' } as const

const answerOf = (members: readonly ResetMember[], id: number): Answer => {
  const details = members.map(({ email, outcome, detail }) => ({
    email,
    outcome: [outcome === null ? 'waits' : outcomes[outcome], detail].filter(Boolean).join(': '),
  }))
  const countOf = (wanted: ResetMember['outcome']): number =>
    members.filter(({ outcome }) => outcome === wanted).length
  const [changed, failed, waiting] = [countOf('reset'), countOf('failed'), countOf(null)]
  return {
    document: { id, matched: members.length, changed, details },
    lines: [
      ...columns(details.map(({ email, outcome }) => [email, outcome])),
      `${members.length} found, ${changed} reset. Progress and another try: /users/password_resets/${id}`,
    ],
    ...(failed + waiting > 0 && {
      problem: `${failed} failed, and ${waiting} wait for the worker. See /users/password_resets/${id}`,
    }),
  }
}
