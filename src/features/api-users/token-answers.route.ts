import { londonDate } from '#domain/london-time.ts'
import type { User } from '#domain/user.ts'
import { Conflict, Invalid } from '#kernel/failure.ts'
import { apiUserBreadcrumbs } from '#web/about-api-user.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Request } from '#web/routes.ts'
import { onlyText } from '#web/urlencoded.ts'
import { formUsedPage, newTokenShownPage } from './api-tokens.page.ts'
import { type CreatedApiToken, FormUsedBefore } from './issue-token.ts'

/** Shows a new token in the answer itself, because it is kept nowhere; a form that was sent before makes none. */
export const showOnce = async (
  reply: Reply,
  user: User,
  isReplacement: boolean,
  creating: () => Promise<CreatedApiToken>,
): Promise<Reply> => {
  const around = {
    breadcrumbs: apiUserBreadcrumbs(user),
    tokensPath: pathTo(paths.apiUserTokens, { id: user.id }),
  }
  try {
    const { applicationName, expiresAt, text } = await creating()
    const shown = { application: applicationName, expires: londonDate(expiresAt), text }
    return reply
      .header('referrer-policy', 'no-referrer')
      .page(newTokenShownPage({ ...around, ...shown, name: user.name, isReplacement }))
  } catch (error) {
    if (error instanceof FormUsedBefore) return reply.page(formUsedPage(around), 409)
    throw error
  }
}

/** The key of the form. Throws `Invalid` for a form that is not ours. */
export const requestKeyOf = ({ body }: Request): string => {
  const key = onlyText(body, 'request_key') ?? ''
  if (!/^[\w-]{43}$/.test(key))
    throw new Invalid('The form is not complete. Go back, reload the page, and try again.')
  return key
}

/** Throws `Conflict` for an API user that can be given no tokens. */
export const refuseSuspended = ({ email, suspendedAt }: User): void => {
  if (suspendedAt !== null) throw new Conflict(`${email} is suspended, so it cannot be given tokens.`)
}
