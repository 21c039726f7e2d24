import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Actor } from '#domain/events.ts'
import { createApplication } from '#features/applications/create-application.ts'
import { rotateSecret } from '#features/applications/rotate-secret.ts'
import { NotFound } from '#kernel/failure.ts'
import type { Signon } from '#store/signon.ts'
import { demoPublisherName } from './people.ts'

/** What the Demo Publisher says who it is with. */
export interface PublisherCredentials {
  readonly clientId: string
  readonly clientSecret: string
}

/**
 * Registers the Demo Publisher, once, at `url`, and keeps its credentials in the data directory, as the publishing
 * application's own settings would. When they are gone it gets a new secret; when `url` is another, that is registered.
 */
export const publisherCredentials = async (
  signon: Signon,
  actor: Actor,
  directory: string,
  url: string,
): Promise<PublisherCredentials> => {
  const file = join(directory, 'demo-publisher.json')
  const kept = await readFile(file, 'utf8').then(JSON.parse, () => undefined)
  const clientId = await signon.transaction((work) =>
    work.applications.findByName(demoPublisherName).then(
      async (application) => {
        const { homeUri, redirectUris, pushUri } = application
        const addresses = { ...addressesAt(url), pushUri: null }
        if (!isDeepStrictEqual({ homeUri, redirectUris, pushUri }, addresses))
          await work.applications.setAddresses(application.id, addresses)
        return application.clientId
      },
      (error: unknown) => {
        if (error instanceof NotFound) return undefined
        throw error
      },
    ),
  )
  if (clientId !== undefined && kept?.clientId === clientId) return kept
  const fresh =
    clientId === undefined ? await register(signon, actor, url) : await renew(signon, actor, clientId)
  await writeFile(file, JSON.stringify(fresh), { mode: 0o600 })
  return fresh
}

const addressesAt = (url: string) => ({ homeUri: url, redirectUris: [`${url}/auth/gds/callback`] })

const register = async (signon: Signon, actor: Actor, url: string): Promise<PublisherCredentials> => {
  const { application, clientSecret } = await createApplication(signon, actor, {
    name: demoPublisherName,
    description: 'Writes and publishes documents, to show how signing in works',
    ...addressesAt(url),
    permissions: ['write', 'publish'],
    allowHttp: true,
  })
  return { clientId: application.clientId, clientSecret }
}

const renew = async (signon: Signon, actor: Actor, clientId: string): Promise<PublisherCredentials> => {
  const { clientSecret } = await rotateSecret(signon, actor, { name: demoPublisherName })
  return { clientId, clientSecret }
}
