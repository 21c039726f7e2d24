/** Said to browsers and machines in the same words. */
export class PermissionMissing extends Error {
  constructor(permission: string) {
    super(`Sorry, you don't seem to have the ${permission} permission for this app.`)
  }
}

export class NotFound extends Error {}

/** A form without this session's token: another site sent it, or it is older than the session. */
export class StaleForm extends Error {}
