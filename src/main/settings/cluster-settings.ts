import type { ClusterPlace } from '#outside/kubernetes.ts'
import { setting, urlOf } from './setting.ts'

/** Where a pod finds what belongs to its service account. */
const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount'

const fileOf = (name: string, what: string) =>
  setting({
    about: `The file with ${what} of the cluster’s service account.`,
    otherwise: `\`${serviceAccount}/${name}\``,
    parse: (text) => text ?? `${serviceAccount}/${name}`,
  })

/** The cluster that secrets are written into. Its address switches that on: to be in some cluster does not. */
export const clusterSettings = {
  clusterUrl: setting({
    about:
      'The API of the Kubernetes cluster that client secrets and tokens are written into; in its own pods `https://kubernetes.default.svc`. With it the worker does so every night.',
    otherwise: 'nothing is written into any cluster',
    parse: (text) => (text === undefined ? undefined : urlOf(text, ['https:']).origin),
  }),
  clusterTokenFile: fileOf('token', 'the token'),
  clusterAuthorityFile: fileOf('ca.crt', 'the certificate authority'),
  clusterNamespaceFile: fileOf('namespace', 'the namespace'),
} as const

interface ClusterSettings {
  readonly clusterUrl: string | undefined
  readonly clusterTokenFile: string
  readonly clusterAuthorityFile: string
  readonly clusterNamespaceFile: string
}

/** The cluster that the settings name, if they name one. */
export const clusterPlaceOf = (settings: ClusterSettings): ClusterPlace | undefined => {
  const { clusterUrl: url, clusterTokenFile, clusterAuthorityFile, clusterNamespaceFile } = settings
  if (url === undefined) return undefined
  return {
    url,
    tokenFile: clusterTokenFile,
    authorityFile: clusterAuthorityFile,
    namespaceFile: clusterNamespaceFile,
  }
}
