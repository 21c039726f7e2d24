import { daysLeft, inDays, tokenState } from '#domain/api-token.ts'
import { londonDate, londonMoment } from '#domain/london-time.ts'
import { after, hour } from '#kernel/clock.ts'
import type { ApiTokenCard } from '#store/api-user-pages.ts'
import type { TokenView } from './api-tokens.page.ts'

/** A token as pages show it. */
export const tokenView = (token: ApiTokenCard, now: Date): TokenView => ({
  application: token.application,
  token: prefixOf(token),
  purpose: token.purpose ?? 'None given',
  owner: token.ownerEmail,
  created: londonDate(token.createdAt),
  expires: token.expiresAt ? londonDate(token.expiresAt) : 'Never',
  tag: tagOf(token, now),
  lastUsed: lastUse(token),
  neighbours: neighboursOf(token),
})

export const prefixOf = ({ visiblePrefix }: Pick<ApiTokenCard, 'visiblePrefix'>): string =>
  `${visiblePrefix}…`

const tagOf = ({ expiresAt }: ApiTokenCard, now: Date): TokenView['tag'] => {
  const state = tokenState(expiresAt, now)
  if (state === 'lasting' || expiresAt === null) return null
  return state === 'expired'
    ? { text: 'Expired', classes: 'govuk-tag--red' }
    : { text: `Expires ${inDays(daysLeft(expiresAt, now))}`, classes: 'govuk-tag--orange' }
}

// Use is noted once an hour, so the minutes would be wrong.
const lastUse = ({ lastUsedAt }: Pick<ApiTokenCard, 'lastUsedAt'>): string =>
  lastUsedAt ? `In the hour from ${londonMoment(after(lastUsedAt, -(lastUsedAt.getTime() % hour)))}` : 'Never'

const neighboursOf = ({ older, newer }: ApiTokenCard): readonly string[] => [
  ...(older ? [`It replaces ${prefixOf(older)}, which has not been revoked yet.`] : []),
  ...(newer ? [newerInWords(newer)] : []),
]

const newerInWords = (newer: NonNullable<ApiTokenCard['newer']>): string =>
  newer.lastUsedAt
    ? `${prefixOf(newer)} replaces it and is in use, so this one can be revoked.`
    : `${prefixOf(newer)} replaces it and has not been used yet. Wait until it has before you revoke this one.`
