/** A policy's answer: yes, or no and why. `reason` is for our logs, never for a page. */
export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly reason: string }

export const yes: Verdict = { allowed: true }

/** A refusal with its reason. */
export const no = (reason: string): Verdict => ({ allowed: false, reason })
