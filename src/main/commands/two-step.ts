import type { User } from '#domain/user.ts'
import { exemptFromTwoStep } from '#features/two-step/exempt-from-two-step.ts'
import { requireTwoStep } from '#features/two-step/require-two-step.ts'
import { resetTwoStep } from '#features/two-step/reset-two-step.ts'
import { type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { requiredText } from './options.ts'

export const twoStepCommands: readonly Command[] = [
  command({
    words: 'users reset-2sv',
    operands: ['email'],
    summary: 'Take away somebody’s 2-step devices, so that they set them up again.',
    details: 'For somebody who has lost theirs. Their sessions end. Make sure that it is them who asks.',
    run: ({ email }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const user = await resetTwoStep(signon, operator, { email })
        return {
          document: twoStepDocument(user),
          lines: [`Reset 2-step verification for ${user.email}.`],
        }
      }),
  }),

  command({
    words: 'users require-2sv',
    operands: ['email'],
    summary: 'Make somebody use 2-step verification, and end their exemption.',
    run: ({ email }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const user = await requireTwoStep(signon, operator, { email })
        return {
          document: twoStepDocument(user),
          lines: [`${user.email} must use 2-step verification now.`],
        }
      }),
  }),

  command({
    words: 'users exempt-2sv',
    operands: ['email'],
    summary: 'Exempt somebody from 2-step verification until a day.',
    details: 'Only people of the role normal can be exempt. Devices that they have set up are removed.',
    options: {
      reason: requiredText('R', 'Why; administrators can read it.'),
      until: requiredText('YYYY-MM-DD', 'The day on which it ends.'),
    },
    run: ({ email, reason, until }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const user = await exemptFromTwoStep(signon, operator, { email, reason, until })
        return {
          document: { ...twoStepDocument(user), exempt_until: until.trim() },
          lines: [`${user.email} is exempt from 2-step verification until ${until.trim()}.`],
        }
      }),
  }),
]

const twoStepDocument = ({ id, uid, email }: User) => ({ id, uid, email })
