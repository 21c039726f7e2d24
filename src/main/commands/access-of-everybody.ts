import { usersInWords } from '#domain/user.ts'
import { grantToMany } from '#features/access/grant-to-many.ts'
import { migratePermissions } from '#features/access/migrate-permissions.ts'
import { pushPermissions } from '#features/access/push-permissions.ts'
import { revokeFromAll } from '#features/access/revoke-from-all.ts'
import { answerOfRun } from './answer-of-run.ts'
import { type Answer, type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { oneLine } from './lines.ts'
import { dryRun, requiredText, text } from './options.ts'

const granted = {
  done: 'let in',
  wouldBe: 'would be let in',
  unchanged: 'can sign in already',
} as const

export const accessOfEverybodyCommands: readonly Command[] = [
  command({
    words: 'users push-permissions',
    summary: 'Tell applications anew what everybody holds.',
    details: 'The worker does it behind everything else that waits. Nothing that anybody holds is changed.',
    options: { application: text('NAME', 'Tell this application only.'), dryRun },
    run: ({ application: applicationName, dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) =>
        answerOfPushes(
          await pushPermissions(signon, operator, { applicationName, isRehearsal }),
          isRehearsal,
        ),
      ),
  }),

  command({
    words: 'users grant-application-access',
    operands: ['name'],
    summary: 'Let everybody sign in to an application.',
    details: 'All people who cannot yet, but for those who are suspended: they are left out.',
    options: { dryRun },
    run: ({ name: applicationName, dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const run = await grantToMany(signon, operator, { applicationName, isRehearsal })
        const answer = answerOfRun(run, isRehearsal, granted)
        return { ...answer, lines: [...answer.lines, 'Suspended people are left out.'] }
      }),
  }),

  command({
    words: 'users grant-application-access-for-org',
    operands: ['name', 'slug'],
    summary: 'Let everybody of an organisation sign in to an application.',
    details: 'All people of the organisation who cannot yet, suspended ones included.',
    options: { dryRun },
    run: ({ name: applicationName, slug: organisationSlug, dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const input = { applicationName, organisationSlug, isRehearsal }
        return answerOfRun(await grantToMany(signon, operator, input), isRehearsal, granted)
      }),
  }),

  command({
    words: 'users revoke-application-access',
    operands: ['name'],
    summary: 'Take all that anybody holds on an application away.',
    details: 'From people and API users. Their tokens and codes for it end at once.',
    options: { dryRun },
    run: ({ name: applicationName, dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) =>
        answerOfRun(await revokeFromAll(signon, operator, { applicationName, isRehearsal }), isRehearsal, {
          done: 'lost access',
          wouldBe: 'would lose access',
        }),
      ),
  }),

  command({
    words: 'users migrate-permissions',
    summary: 'Give people on one application what they hold on another.',
    details:
      'Everybody who may sign in to the source gets, on the target, the permissions of the same names. The target must have all of them. What they hold on the source stays.',
    options: {
      source: requiredText('NAME', 'The application on which they hold it.'),
      target: requiredText('NAME', 'The application on which they get it.'),
      dryRun,
    },
    run: ({ source, target, dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) =>
        answerOfRun(
          await migratePermissions(signon, operator, { source, target, isRehearsal }),
          isRehearsal,
          { done: 'given', wouldBe: 'would be given', unchanged: 'holds it all already' },
        ),
      ),
  }),
]

const answerOfPushes = (people: number, isRehearsal: boolean): Answer => ({
  document: {
    matched: people,
    changed: isRehearsal ? 0 : people,
    details: [],
    ...(isRehearsal && { dry_run: true }),
  },
  lines: [
    oneLine(
      `Applications ${isRehearsal ? 'would be' : 'will be'} told of ${usersInWords(people)}.${isRehearsal ? '' : ' The worker does that now.'}`,
    ),
  ],
})
