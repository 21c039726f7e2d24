import { after, day } from '#kernel/clock.ts'
import { slugOf } from './slug.ts'

/** Addresses of the teams that run the applications: what is theirs lives in the cluster. */
const ourDomains: readonly string[] = ['@alphagov.co.uk', '@publishing.service.gov.uk']

/** Is this a normalised address of ours? Sub-domains are others'. */
export const isOurs = (email: string): boolean => ourDomains.includes(email.slice(email.indexOf('@')))

/** Tokens of ours that expire by then are renewed (`reference/background-and-operations.md` 8.1). */
export const renewalHorizon = (now: Date): Date => after(now, 31 * day)

/** What the secret with an API user's token for an application is called in the cluster. */
export const tokenSecretName = (apiUser: string, application: string): string =>
  slugOf(`signon-token-${apiUser}-${application}`)

/** What the secret with an application's client id and client secret is called in the cluster. */
export const applicationSecretName = (application: string): string => slugOf(`signon-app-${application}`)

const longestName = 253

/** Why Kubernetes would not take a secret of this name, in words that end a sentence; nothing for most. */
export const secretNameFault = (name: string): string | undefined => {
  if (name.length > longestName)
    return `its name in the cluster would be longer than ${longestName} characters`
  return /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(name)
    ? undefined
    : `its name in the cluster, ${name}, would hold something that Kubernetes does not take`
}
