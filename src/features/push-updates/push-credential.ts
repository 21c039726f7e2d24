import { type ApplicationId, signinPermission, userUpdatePermission } from '#domain/application.ts'
import { noteOfNames } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import type { User } from '#domain/user.ts'
import { after, day } from '#kernel/clock.ts'
import { Conflict, invariant, Unavailable } from '#kernel/failure.ts'
import { type Secret, secret } from '#kernel/secret.ts'
import { apiTokenText } from '#kernel/token.ts'
import type { PushCredential } from '#store/push-credentials.ts'
import type { Signon, Work } from '#store/signon.ts'

/** Signon's own API user: whose token Signon presents to applications (`reference/oauth-and-apis.md` 16.4). */
export const ownEmail = 'signon+permissions@alphagov.co.uk'
const ownName = 'Signon API Client (permission and suspension updater)'

const lifetimeMilliseconds = 10 * 365.2425 * day
const shortestRemainder = 28 * day
const itself: Actor = { kind: 'signon' }

/**
 * The token to present to an application, made or renewed when there is none that will do. Doing it in several
 * processes at once is fine: they all get the same one. Throws `Unavailable` while Signon's own API user is suspended.
 */
export const pushCredential = async (signon: Signon, application: ApplicationId): Promise<Secret> => {
  const kept = await signon.single.pushCredentials.seek(application)
  if (kept && willDo(kept, signon.clock.now())) return secret(kept.token)
  const owner = await ownUser(signon)
  if (owner.suspendedAt)
    throw new Unavailable(`Applications cannot be told of changes while ${ownEmail} is suspended.`)
  return signon.transaction(async (work) => {
    await work.applications.lock(application)
    await permit(work, owner, application)
    const latest = await work.pushCredentials.seek(application)
    return secret(
      latest && willDo(latest, work.now) ? latest.token : await mint(signon, work, owner, application),
    )
  })
}

const willDo = ({ isPermitted, isRevoked, expiresAt }: PushCredential, now: Date): boolean =>
  isPermitted && !isRevoked && (expiresAt === null || expiresAt >= after(now, shortestRemainder))

/** Signon's own API user, made on first use. It is everybody's, so it is made in a transaction of its own. */
const ownUser = async (signon: Signon): Promise<User> => {
  const owner =
    (await signon.single.users.seekByEmail(ownEmail)) ?? (await makeOwnUser(signon).catch(unlessMade(signon)))
  invariant(owner?.kind === 'machine', `${ownEmail} is an API user`)
  return owner
}

const makeOwnUser = (signon: Signon): Promise<User> =>
  signon.transaction(async (work) => {
    const owner = await work.users.add({
      kind: 'machine',
      name: ownName,
      email: ownEmail,
      role: 'normal',
      organisationId: null,
      passwordHash: null,
    })
    await work.record({ name: 'account-created', about: owner }, itself)
    return owner
  })

const unlessMade =
  (signon: Signon) =>
  (error: unknown): Promise<User | undefined> => {
    if (error instanceof Conflict) return signon.single.users.seekByEmail(ownEmail)
    throw error
  }

/** Makes sure that Signon's own API user may call the application, and that there is a permission that says so. */
const permit = async (work: Work, owner: User, application: ApplicationId): Promise<void> => {
  const isNew = await work.grants.addPermission(application, {
    name: userUpdatePermission,
    isDelegated: false,
    isDefault: false,
    isGrantableFromUi: false,
  })
  if (isNew)
    await work.record(
      { name: 'permission-created', about: null, application, note: userUpdatePermission },
      itself,
    )
  const added: string[] = []
  for (const name of [signinPermission, userUpdatePermission]) {
    const permission = await work.grants.findPermission(application, name)
    if (await work.grants.add(owner.id, application, permission)) added.push(name)
  }
  if (added.length > 0)
    await work.record(
      { name: 'permissions-added', about: owner, application, note: noteOfNames(added) },
      itself,
    )
}

const mint = async (
  { random }: Signon,
  work: Work,
  owner: User,
  application: ApplicationId,
): Promise<string> => {
  const text = apiTokenText(random)
  const expiresAt = after(work.now, lifetimeMilliseconds)
  const id = await work.apiTokens.add({ user: owner.id, application, text, purpose: null, expiresAt })
  await work.pushCredentials.put(application, id, text)
  await work.record({ name: 'api-token-created', about: owner, application }, itself)
  return text
}
