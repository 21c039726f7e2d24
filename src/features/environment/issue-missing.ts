import { expiryOf } from '#domain/api-token.ts'
import type { Actor } from '#domain/events.ts'
import { apiTokenText, randomSecret } from '#kernel/token.ts'
import type { Signon, Work } from '#store/signon.ts'

/** What this environment has none of its own of. */
export interface Missing {
  /** Applications in service without a secret. */
  readonly applications: number
  /** API users without a token for an application that they have one for elsewhere. */
  readonly tokens: number
  /** Were they issued now? */
  readonly isIssued: boolean
}

/** Issues what is missing, and has it kept before any of it is good; nothing when nobody keeps it. */
export const issueMissing = async (
  { random }: Pick<Signon, 'random'>,
  work: Work,
  actor: Actor,
  keep: ((lines: readonly string[]) => Promise<void>) | undefined,
): Promise<Missing> => {
  const applications = await work.awaited.applications()
  const tokens = await work.awaited.tokens()
  const missing = { applications: applications.length, tokens: tokens.length }
  if (!keep) return { ...missing, isIssued: false }

  const lines: string[] = []
  for (const { id, name, clientId } of applications) {
    const secret = randomSecret(random)
    await work.applications.addSecret(id, secret)
    await work.record({ name: 'application-secret-rotated', about: null, application: id }, actor)
    lines.push(JSON.stringify({ application: name, client_id: clientId, client_secret: secret }))
  }
  for (const { user, application, purpose, ownerEmail, days } of tokens) {
    const [text, expiresAt] = [apiTokenText(random), expiryOf(work.now, days)]
    const terms = { text, purpose, ownerEmail, expiresAt }
    await work.apiTokens.add({ user: user.id, application: application.id, ...terms })
    await work.record({ name: 'api-token-created', about: user, application: application.id }, actor)
    const whose = { api_user: user.email, application: application.name }
    lines.push(JSON.stringify({ ...whose, token: text, expires_at: expiresAt.toISOString() }))
  }
  await keep(lines)
  return { ...missing, isIssued: true }
}
