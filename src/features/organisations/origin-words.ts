import { londonDate } from '#domain/london-time.ts'
import { durationWords, type ParentRule } from '#domain/parent-rule.ts'
import type { EdgeOrigin } from '#store/organisation-parents.ts'

/** Where an edge comes from: `From GOV.UK`, `Added by Ada on 2 November 2026 until the next import: they share a team`. */
export const originWords = ({ isInSource, rule }: EdgeOrigin): string => {
  if (rule === null) return 'From GOV.UK'
  if (rule.kind === 'blocked') return `Blocked ${ruleWords(rule)}`
  return isInSource ? `From GOV.UK, and added ${ruleWords(rule)}` : `Added ${ruleWords(rule)}`
}

const ruleWords = ({ by, since, lasts, reason }: ParentRule): string =>
  `by ${by ?? 'somebody'} on ${londonDate(since)} ${durationWords[lasts]}: ${reason}`
