import {
  type ManyPeople,
  requireTwoStepOfMany,
  twoStepOfOrganisationAdmins,
} from '#features/two-step/require-two-step-of-many.ts'
import type { Environment } from '#main/config.ts'
import { answerOfRun } from './answer-of-run.ts'
import { type Answer, type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { dryRun } from './options.ts'

const words = {
  done: 'must use 2-step verification now',
  wouldBe: 'would have to use 2-step verification',
  unchanged: 'must use it already, by their role',
} as const

export const twoStepOfManyCommands: readonly Command[] = [
  command({
    words: 'users set-2sv-by-org',
    operands: ['slug'],
    summary: 'Require 2-step verification of the people who are in an organisation now.',
    details:
      'Of each by themselves, and each is told by mail; those who are exempt are left out. To require it of whoever will be in the organisation, use organisations require-2sv.',
    options: { dryRun },
    run: ({ slug: organisationSlug, dryRun: isRehearsal }, environment) =>
      requireOf(environment, { organisationSlug }, isRehearsal),
  }),

  command({
    words: 'users set-2sv-by-email-domain',
    operands: ['suffix'],
    summary: 'Require 2-step verification of people whose address ends with a text.',
    details:
      'Such as @example.gov.uk; without the @ it takes sub-domains in. Those who are exempt are left out.',
    options: { dryRun },
    run: ({ suffix: emailEnding, dryRun: isRehearsal }, environment) =>
      requireOf(environment, { emailEnding }, isRehearsal),
  }),

  command({
    words: 'users set-2sv-for-org-admins',
    summary: 'Say which admins of organisations must use 2-step verification: all of them.',
    details: 'Their role requires it, whatever else is set, so nothing is changed.',
    options: { dryRun },
    run: ({ dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const answer = answerOfRun(await twoStepOfOrganisationAdmins(signon, operator), isRehearsal, words)
        return { ...answer, lines: [...answer.lines, 'Their role requires it already. Nothing was changed.'] }
      }),
  }),
]

const requireOf = (environment: Environment, people: ManyPeople, isRehearsal: boolean): Promise<Answer> =>
  withSignon(environment, async (signon, operator) =>
    answerOfRun(await requireTwoStepOfMany(signon, operator, people, { isRehearsal }), isRehearsal, words),
  )
