import { emailChangedEmail } from '#features/account/email-changed.email.ts'
import { emailChangingEmail } from '#features/account/email-changing.email.ts'
import { emailConfirmationEmail } from '#features/account/email-confirmation.email.ts'
import { apiTokenExpiringEmail } from '#features/api-users/api-token-expiring.email.ts'
import { batchBegunEmail } from '#features/batches/batch-begun.email.ts'
import { accountSuspendedAsUnusedEmail } from '#features/dormancy/account-suspended-as-unused.email.ts'
import { deletionWarningEmail } from '#features/dormancy/deletion-warning.email.ts'
import { suspensionReminderEmail } from '#features/dormancy/suspension-reminder.email.ts'
import { invitationEmail } from '#features/invitations/invitation.email.ts'
import type { Composers } from '#features/mail/send-mail.job.ts'
import { passwordResetForcedEmail } from '#features/mass-reset/password-reset-forced.email.ts'
import { passwordChangedEmail } from '#features/passwords/password-changed.email.ts'
import { passwordResetEmail } from '#features/passwords/password-reset.email.ts'
import { accountLockedEmail } from '#features/sign-in/account-locked.email.ts'
import { exemptionEndedEmail } from '#features/two-step/exemption-ended.email.ts'
import { exemptionEndingEmail } from '#features/two-step/exemption-ending.email.ts'
import { twoStepChangedEmail } from '#features/two-step/two-step-changed.email.ts'
import { twoStepExemptedEmail } from '#features/two-step/two-step-exempted.email.ts'
import { twoStepRequiredEmail } from '#features/two-step/two-step-required.email.ts'
import { twoStepResetEmail } from '#features/two-step/two-step-reset.email.ts'
import { twoStepSetUpEmail } from '#features/two-step/two-step-set-up.email.ts'
import { accountSuspendedEmail } from '#features/users/account-suspended.email.ts'
import { accountUnsuspendedEmail } from '#features/users/account-unsuspended.email.ts'
import { roleChangedEmail } from '#features/users/role-changed.email.ts'

/** Who writes which mail. */
export const mailComposers: Composers = {
  'password-reset': passwordResetEmail,
  'password-reset-forced': passwordResetForcedEmail,
  'password-changed': passwordChangedEmail,
  invitation: invitationEmail,
  'account-suspended-as-unused': accountSuspendedAsUnusedEmail,
  'suspension-reminder': suspensionReminderEmail,
  'deletion-warning': deletionWarningEmail,
  'email-changed': emailChangedEmail,
  'email-changing': emailChangingEmail,
  'email-confirmation': emailConfirmationEmail,
  'account-locked': accountLockedEmail,
  'account-suspended': accountSuspendedEmail,
  'account-unsuspended': accountUnsuspendedEmail,
  'role-changed': roleChangedEmail,
  'api-token-expiring': apiTokenExpiringEmail,
  'batch-begun': batchBegunEmail,
  'exemption-ended': exemptionEndedEmail,
  'exemption-ending': exemptionEndingEmail,
  'two-step-changed': twoStepChangedEmail,
  'two-step-exempted': twoStepExemptedEmail,
  'two-step-required': twoStepRequiredEmail,
  'two-step-reset': twoStepResetEmail,
  'two-step-set-up': twoStepSetUpEmail,
}
