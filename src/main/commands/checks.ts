/** What the doctor found out about one thing. */
export interface Check {
  readonly name: string
  /** A note is worth a look, and fails nothing. */
  readonly verdict: 'ok' | 'note' | 'mend'
  /** How it is, or what to do. */
  readonly message: string
}

export const good = (name: string, message: string): Check => ({ name, verdict: 'ok', message })
export const worthNoting = (name: string, message: string): Check => ({ name, verdict: 'note', message })
export const bad = (name: string, message: string): Check => ({ name, verdict: 'mend', message })
