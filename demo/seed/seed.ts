import type { Application } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { roleRequiresTwoStep } from '#domain/two-step.ts'
import { grantAccess } from '#features/access/grant-access.ts'
import { createApplication } from '#features/applications/create-application.ts'
import { retireApplication } from '#features/applications/retire-application.ts'
import { importOrganisations } from '#features/organisation-import/import-organisations.ts'
import { createUser } from '#features/users/create-user.ts'
import { suspendUser } from '#features/users/suspend-user.ts'
import type { Signon } from '#store/signon.ts'
import { gdsOnlyNames, type RealApplication, realApplications } from './applications.ts'
import { realOrganisations } from './organisations.ts'
import { type DemoPerson, demoAuthenticatorSecret, demoPassword, demoPeople } from './people.ts'

/** Fills Signon with the real organisations and applications; what a stopped run left undone is done. */
export const seedRegister = async (signon: Signon, actor: Actor): Promise<void> => {
  await importOrganisations(signon, actor, { source: realOrganisations })
  const known = new Map((await signon.single.applications.list()).map((one) => [one.name, one]))
  for (const real of await realApplications())
    await asOne(signon, (whole) => seedApplication(whole, actor, real, known.get(real.name)))
}

/**
 * Adds the demonstration's people, in their order and each as a whole: when the last is there, everybody is, with all
 * that they hold. What those who are there already lack is given to them.
 */
export const seedPeople = async (signon: Signon, actor: Actor): Promise<void> => {
  for (const person of demoPeople) await asOne(signon, (whole) => seedPerson(whole, actor, person))
}

/** Runs several use cases in one transaction: all of them happen, or none. */
const asOne = (signon: Signon, seeding: (whole: Signon) => Promise<void>): Promise<void> =>
  signon.transaction((work) =>
    seeding({
      ...signon,
      single: work,
      read: (reading) => reading(work),
      transaction: (working) => working(work),
    }),
  )

const seedApplication = async (
  signon: Signon,
  actor: Actor,
  real: RealApplication,
  known: Application | undefined,
): Promise<void> => {
  const application = known ?? (await register(signon, actor, real))
  await signon.single.grants.setFlags(application.id, real)
  if (real.retired && application.retiredAt === null)
    await retireApplication(signon, actor, { name: real.name })
}

const register = async (signon: Signon, actor: Actor, real: RealApplication): Promise<Application> => {
  const { application } = await createApplication(signon, actor, {
    name: real.name,
    description: real.description,
    homeUri: real.home_uri,
    redirectUris: [`${real.home_uri}/auth/gds/callback`],
    isApiOnly: real.api_only,
    isGdsOnly: gdsOnlyNames.has(real.name),
    isDirectoryApi: real.name === 'Signon API',
    // They are as old as the library that they sign in with, which may not send a challenge.
    requiresPkce: false,
    // Nobody is at their addresses to hear of changes.
    takesPushes: false,
    permissions: real.permissions,
    allowHttp: false,
  })
  return application
}

const seedPerson = async (signon: Signon, actor: Actor, person: DemoPerson): Promise<void> => {
  const { name, email, role, organisation, access, suspendedFor } = person
  const known = await signon.single.users.seekByEmail(email)
  if (!known) {
    const organisationSlug = organisation ?? undefined
    const { id } = await createUser(signon, actor, {
      name,
      email,
      role,
      organisationSlug,
      password: demoPassword,
    })
    if (roleRequiresTwoStep(role))
      await signon.single.secondFactors.add(id, {
        name: 'Demo',
        secret: demoAuthenticatorSecret,
        lastStep: 0,
      })
  }
  for (const [applicationName, permissions] of Object.entries(access))
    await grantAccess(signon, actor, { email, applicationName, permissions })
  if (suspendedFor !== undefined && !known?.suspendedAt)
    await suspendUser(signon, actor, { email, reason: suspendedFor })
}
