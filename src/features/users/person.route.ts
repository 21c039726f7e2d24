import type { User } from '#domain/user.ts'
import { Conflict, Invalid } from '#kernel/failure.ts'
import { personOf, userBreadcrumbs } from '#web/about-user.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Request } from '#web/routes.ts'
import { sessionOf } from '#web/session.ts'

// What the routes share that change one thing about a person.

/** Is the person of the address the one who asks? What people change about themselves they change on their own pages. */
export const isOneself = (request: Request): boolean => personOf(request).id === sessionOf(request).user.id

/** What came of a change: what it answers, or what its form is to say. */
export type Attempt<T> = { readonly done: T } | { readonly fault: string }

/** Tries a change. Throws what no form can mend. */
export const attempt = async <T>(change: Promise<T>): Promise<Attempt<T>> => {
  try {
    return { done: await change }
  } catch (error) {
    if (error instanceof Invalid || error instanceof Conflict) return { fault: error.message }
    throw error
  }
}

/** What all forms about a person show of them. */
export const aroundForm = (user: User) => ({
  name: user.name,
  breadcrumbs: userBreadcrumbs(user),
  cancelPath: pathTo(paths.user, { id: user.id }),
})

/** The status of a form that is shown again because something is wrong with it. */
export const statusOf = (fault: string | null): number => (fault === null ? 200 : 422)

/** Back to the page about the person, with a word about what was done. */
export const backToUser = (
  request: Request,
  reply: Reply,
  words: string,
  tone?: { readonly isSuccess: boolean },
): Reply => {
  request.browser.say(words, tone)
  return reply.redirect(pathTo(paths.user, { id: personOf(request).id }), 303)
}

export const updated = ({ email }: Pick<User, 'email'>): string => `Updated user ${email} successfully`
