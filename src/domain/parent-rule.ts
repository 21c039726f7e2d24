/** What a rule made by hand says of an edge of the graph: that it is there, or that it is not. */
export type ParentRuleKind = 'added' | 'blocked'

/** How long a rule holds: the next import ends it, or only a person does (`reference/background-and-operations.md` 5.4). */
export const ruleDurations = ['next-import', 'permanently'] as const
export type RuleDuration = (typeof ruleDurations)[number]

/** What somebody has set by hand of one organisation and one parent, over what GOV.UK says of them. */
export interface ParentRule {
  readonly kind: ParentRuleKind
  readonly lasts: RuleDuration
  readonly reason: string
  readonly since: Date
  /** Whoever made it, by name; nothing when their account is gone. */
  readonly by: string | null
}

/** How long, in a sentence. */
export const durationWords = {
  'next-import': 'until the next import',
  permanently: 'permanently',
} as const satisfies Record<RuleDuration, string>

/** What is wrong with the reason for a rule, or nothing. */
export const ruleReasonFault = (typed: string): string | undefined => {
  if (typed.trim() === '') return 'Enter a reason'
  return typed.trim().length > 255 ? 'Reason must be 255 characters or less' : undefined
}
