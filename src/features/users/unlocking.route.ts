import { isLocked, lockEndsAt } from '#domain/lockout.ts'
import { londonClock } from '#domain/london-time.ts'
import { findUserFor } from '#store/administration.ts'
import { personOf } from '#web/about-user.ts'
import { confirmationPage } from '#web/confirmation.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { unlockUser } from './unlock-user.ts'

const config = { may: 'unlock a user' } as const

/** Unlocks somebody who typed too many wrong passwords or codes (`reference/accounts-and-sign-in.md` 5.3). */
export const unlockingRoutes: Routes = (scope, signon) => {
  scope.get(paths.userUnlock, { config }, async (request, reply) => {
    const [actor, whom] = [actorOf(request), personOf(request)]
    const user = await signon.read((stores) => findUserFor(stores, actor, 'unlock a user', whom))
    if (user.lockedAt === null || !isLocked(user.lockedAt, signon.clock.now()))
      return sayThatUnlocked(request, reply, user)
    const end = londonClock(lockEndsAt(user.lockedAt))
    return reply.page(
      confirmationPage(user, {
        title: `Unlock account for ${user.name}`,
        paragraphs: [
          `Too many wrong passwords or codes were typed. The account unlocks by itself after 1 hour, at ${end}.`,
        ],
        button: 'Unlock account',
        isWarning: false,
      }),
    )
  })

  scope.post(paths.userUnlock, { config }, async (request, reply) => {
    const { wasLocked, account } = await unlockUser(signon, actorOf(request), personOf(request))
    if (!wasLocked) return sayThatUnlocked(request, reply, account)
    request.browser.say(`Unlocked ${account.email}`)
    return reply.redirect(pathTo(paths.user, { id: account.id }), 303)
  })
}

const sayThatUnlocked = (
  request: Request,
  reply: Reply,
  { id, email }: { readonly id: number; readonly email: string },
): Reply => {
  request.browser.say(`${email} is already unlocked`, { isSuccess: false })
  return reply.redirect(pathTo(paths.user, { id }), 303)
}
