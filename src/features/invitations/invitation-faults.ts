import type { ApplicationId } from '#domain/application.ts'
import { Invalid } from '#kernel/failure.ts'

/** What is wrong with an invitation, and where: in a field, or in the permissions of an application. */
export interface InvitationFault {
  readonly at: 'name' | 'email' | 'organisation' | 'permissions' | ApplicationId
  /** Nothing when nothing is wrong there. */
  readonly text: string | undefined
}

/** An invitation that cannot be sent; all that is wrong with it, for the form to show. */
export class FaultyInvitation extends Invalid {
  readonly faults: readonly (InvitationFault & { readonly text: string })[]

  constructor(faults: FaultyInvitation['faults']) {
    super(faults.map(({ text }) => text).join('\n'))
    this.faults = faults
  }
}

/** Throws `FaultyInvitation` unless nothing is wrong. */
export const refuseInvitation = (faults: readonly InvitationFault[]): void => {
  const found = faults.flatMap(({ at, text }) => (text === undefined ? [] : [{ at, text }]))
  if (found.length > 0) throw new FaultyInvitation(found)
}
