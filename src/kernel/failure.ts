import type { Verdict } from './verdict.ts'

export type FailureCode =
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'invalid'
  | 'stale-form'
  | 'too-many-attempts'
  | 'unavailable'

/**
 * A request that cannot go on, for a reason we understand. Thrown, so its transaction is undone.
 * `message` is for the person who asked; `detail` is for our logs.
 */
export abstract class Failure extends Error {
  abstract readonly code: FailureCode
  readonly detail: string

  constructor(message: string, detail = message) {
    super(message)
    this.detail = detail
  }
}

export class Forbidden extends Failure {
  override readonly code = 'forbidden'
}

export class NotFound extends Failure {
  override readonly code = 'not-found'
}

export class Conflict extends Failure {
  override readonly code = 'conflict'
}

/** Input that no form guards: a command's argument, an address's parameter. */
export class Invalid extends Failure {
  override readonly code = 'invalid'
}

/** A form without the token that proves that it was ours: mostly one that stayed open for too long. */
export class StaleForm extends Failure {
  override readonly code = 'stale-form'
}

export class TooManyAttempts extends Failure {
  override readonly code = 'too-many-attempts'
  readonly retryAfterSeconds: number

  constructor(message: string, retryAfterSeconds: number) {
    super(message)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Something that we depend on is away; trying again later may work. */
export class Unavailable extends Failure {
  override readonly code = 'unavailable'
}

/** Throws `Forbidden` with the policy's reason unless it said yes. */
export const enforce = (verdict: Verdict): void => {
  if (!verdict.allowed)
    throw new Forbidden('You do not have permission to perform this action.', verdict.reason)
}

/** What went wrong, in a line for our logs. */
export const reasonOf = (error: unknown): string => (error instanceof Failure ? error.detail : String(error))

/** Throws where we would be wrong ourselves: a bug, not a refusal. */
export function invariant(condition: unknown, expectation: string): asserts condition {
  if (!condition) throw new Error(`Expected that ${expectation}`)
}
