import type { UserStatus } from '#domain/user.ts'
import type { TwoStepStatus, UserOrder } from '#domain/user-filter.ts'

export const statusNames = {
  active: 'Active',
  suspended: 'Suspended',
  invited: 'Invited',
  locked: 'Locked',
} as const satisfies Record<UserStatus, string>

export const twoStepNames = {
  enabled: 'Enabled',
  'not-set-up': 'Not set up',
  exempted: 'Exempted',
} as const satisfies Record<TwoStepStatus, string>

export const orderNames = {
  name: 'Name',
  'newest-sign-in': 'Newest sign-in first',
  'oldest-sign-in': 'Oldest sign-in first',
} as const satisfies Record<UserOrder, string>
