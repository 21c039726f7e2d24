import type { Actor } from '#domain/events.ts'
import { grantAccess } from '#features/access/grant-access.ts'
import { createApplication } from '#features/applications/create-application.ts'
import { retireApplication } from '#features/applications/retire-application.ts'
import { createUser } from '#features/users/create-user.ts'
import { suspendUser } from '#features/users/suspend-user.ts'
import type { Signon } from '#store/signon.ts'
import { gdsOnlyNames, type RealApplication, realApplications } from './applications.ts'
import { realOrganisations } from './organisations.ts'
import { type DemoPerson, demoPassword, demoPeople } from './people.ts'

/** Fills Signon with the real organisations and applications. What is there already is left as it is. */
export const seedRegister = async (signon: Signon, actor: Actor): Promise<void> => {
  const organisations = await realOrganisations()
  await signon.transaction((work) => work.organisationImport.put(organisations))
  const known = new Set((await signon.single.applications.list()).map(({ name }) => name))
  for (const application of await realApplications())
    if (!known.has(application.name)) await seedApplication(signon, actor, application)
}

/** Adds the demonstration's people; those who are there already stay as they are. */
export const seedPeople = async (signon: Signon, actor: Actor): Promise<void> => {
  for (const person of demoPeople)
    if (!(await signon.single.users.seekByEmail(person.email))) await seedPerson(signon, actor, person)
}

const seedApplication = async (signon: Signon, actor: Actor, real: RealApplication): Promise<void> => {
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
  await signon.transaction((work) => work.grants.setFlags(application.id, real))
  if (real.retired) await retireApplication(signon, actor, real.name)
}

const seedPerson = async (signon: Signon, actor: Actor, person: DemoPerson): Promise<void> => {
  const { name, email, role, organisation, access, suspendedFor } = person
  await createUser(signon, actor, {
    name,
    email,
    role,
    organisationSlug: organisation ?? undefined,
    password: demoPassword,
  })
  for (const [applicationName, permissions] of Object.entries(access))
    await grantAccess(signon, actor, { email, applicationName, permissions })
  if (suspendedFor !== undefined) await suspendUser(signon, actor, { email, reason: suspendedFor })
}
