import type { Dormant } from '#store/dormancy.ts'
import type { Work } from '#store/signon.ts'

/** Is this the last active superadmin? No two can answer otherwise at once: all superadmins are held from now on. */
export const isLastSuperadmin = async (work: Work, { email, role }: Dormant): Promise<boolean> =>
  role === 'superadmin' && (await work.users.lockAmongSuperadmins({ email })).otherSuperadmins === 0
