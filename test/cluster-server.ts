import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after } from 'node:test'
import type { ClusterPlace } from '#outside/kubernetes.ts'

/** A secret as the cluster keeps it. */
interface KeptSecret {
  readonly data: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  readonly type: string
  /** Grows with each change; writing what is there already changes nothing. */
  readonly resourceVersion: number
  /** Which manager owns which fields. */
  readonly managers: readonly string[]
}

export interface ClusterServer {
  readonly place: ClusterPlace
  readonly secrets: ReadonlyMap<string, KeptSecret>
  /** `GET name 200`, in the order of the answers. */
  readonly calls: string[]
  /** From now on the API accepts this token only, and the pod's file holds it unless `inFile` says otherwise. */
  exchangeToken(token: string, inFile?: string): void
  /** Puts a secret there by hand, as something else than Signon does. */
  put(name: string, values: Readonly<Record<string, string>>): void
  lose(name: string): void
  /** A value of a secret, read. */
  value(name: string, key: string): string | undefined
  /** From now on `instead` answers the calls that it takes, by its own `true`. */
  answer(instead?: (...call: Parameters<RequestListener>) => boolean): void
}

/** The API of a cluster as far as secrets go, strict about each call, behind a certificate of its own authority. */
export const startCluster = async (namespace = 'apps'): Promise<ClusterServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'signon-cluster-'))
  const [keyFile, tokenFile] = [join(folder, 'key'), join(folder, 'token')]
  const [authorityFile, namespaceFile] = [join(folder, 'ca.crt'), join(folder, 'namespace')]
  const certify = '-subj /CN=kubernetes -addext subjectAltName=IP:127.0.0.1'.split(' ')
  const ofEllipticCurve = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' ')
  spawnSync(
    'openssl',
    ['req', '-x509', ...ofEllipticCurve, '-keyout', keyFile, '-out', authorityFile, ...certify],
    { stdio: 'ignore' },
  )
  writeFileSync(namespaceFile, `${namespace}\n`)
  const secrets = new Map<string, KeptSecret>()
  const calls: string[] = []
  let accepted = ''
  let instead: (...call: Parameters<RequestListener>) => boolean = () => false
  const exchangeToken = (token: string, inFile = token): void => {
    accepted = token
    writeFileSync(tokenFile, `${inFile}\n`)
  }
  exchangeToken('token-of-the-pod')

  const server = createServer(
    { key: readFileSync(keyFile), cert: readFileSync(authorityFile) },
    async (request, response) => {
      if (instead(request, response)) return
      const { status, document } = await handle(request)
      calls.push(`${request.method} ${nameIn(request)} ${status}`)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document))
    },
  )
  const handle = async (request: IncomingMessage): Promise<Reply> => {
    const { headers, method, url = '' } = request
    if (headers.authorization !== `Bearer ${accepted}`) return { status: 401, document: status(401) }
    const { pathname, search } = new URL(url, 'https://kubernetes')
    const name = nameIn(request)
    if (pathname !== `/api/v1/namespaces/${namespace}/secrets/${name}`)
      return { status: 404, document: status(404) }
    if (method === 'GET' && search === '') {
      const kept = secrets.get(name)
      return kept ? { status: 200, document: documentOf(name, kept) } : { status: 404, document: status(404) }
    }
    if (method !== 'PATCH' || search !== '?fieldManager=signon&force=true')
      return { status: 405, document: status(405) }
    if (headers['content-type'] !== 'application/apply-patch+yaml')
      return { status: 415, document: status(415) }
    const applied = JSON.parse(await text(request)) as Applied
    const fault = faultOf(applied, name, namespace)
    if (fault !== undefined) return { status: 422, document: status(422) }
    const kept = merged(secrets.get(name), applied)
    secrets.set(name, kept)
    return { status: 200, document: documentOf(name, kept) }
  }
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  after(() => {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    place: { url, tokenFile, authorityFile, namespaceFile },
    secrets,
    calls,
    exchangeToken,
    put: (name, values) => {
      const data = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, encoded(value)]))
      secrets.set(name, { data, labels: {}, type: 'Opaque', resourceVersion: 1, managers: ['kubectl'] })
    },
    lose: (name) => void secrets.delete(name),
    value: (name, key) => {
      const value = secrets.get(name)?.data[key]
      return value === undefined ? undefined : Buffer.from(value, 'base64').toString()
    },
    answer: (listener = () => false) => {
      instead = listener
    },
  }
}

interface Reply {
  readonly status: number
  readonly document: unknown
}

interface Applied {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly labels: Readonly<Record<string, string>>
  }
  readonly type: string
  readonly data: Readonly<Record<string, string>>
}

const encoded = (value: string): string => Buffer.from(value).toString('base64')

const nameIn = ({ url = '' }: IncomingMessage): string =>
  decodeURIComponent(new URL(url, 'https://kubernetes').pathname.split('/').at(-1) ?? '')

const status = (code: number) => ({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code })

/** What the API, or this house, does not take. */
const faultOf = (applied: Applied, name: string, namespace: string): string | undefined => {
  const { apiVersion, kind, metadata, type, data } = applied
  if (Object.keys(applied).toSorted().join() !== 'apiVersion,data,kind,metadata,type') return 'fields'
  if (apiVersion !== 'v1' || kind !== 'Secret' || type !== 'Opaque') return 'kind'
  if (metadata.name !== name || metadata.namespace !== namespace) return 'name'
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name) || name.length > 253) return 'name'
  if (JSON.stringify(metadata.labels) !== '{"app.kubernetes.io/managed-by":"signon"}') return 'labels'
  const isWhole = (value: string): boolean => Buffer.from(value, 'base64').toString('base64') === value
  return Object.values(data).every(isWhole) ? undefined : 'data'
}

/** What `signon` applied takes the place of what it had applied before; what others own stays, unless it is named. */
const merged = (before: KeptSecret | undefined, { data, metadata, type }: Applied): KeptSecret => {
  const isOwn = before?.managers.length === 1 && before.managers[0] === 'signon'
  const kept = {
    data: { ...(isOwn ? {} : before?.data), ...data },
    labels: { ...before?.labels, ...metadata.labels },
    type,
    managers: [...new Set([...(before?.managers ?? []), 'signon'])],
  }
  const { resourceVersion = 0, ...old } = before ?? {}
  const isSame = JSON.stringify({ ...old }) === JSON.stringify(kept)
  return { ...kept, resourceVersion: isSame ? resourceVersion : resourceVersion + 1 }
}

const documentOf = (name: string, kept: KeptSecret) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name,
    labels: kept.labels,
    resourceVersion: String(kept.resourceVersion),
    managedFields: kept.managers.map((manager) => ({ manager, operation: 'Apply' })),
  },
  type: kept.type,
  data: kept.data,
})

/** Does it twice: the first time is told late that the cluster has no such secret, after the second time is done. */
export const overtaken = async (cluster: ClusterServer, doing: () => Promise<unknown>): Promise<void> => {
  const [asked, late] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let isFirst = true
  cluster.answer((request, response) => {
    if (request.method !== 'GET' || !isFirst) return false
    isFirst = false
    asked.resolve()
    void late.promise.then(() => response.writeHead(404, { 'content-type': 'application/json' }).end('{}'))
    return true
  })
  const slow = doing()
  await asked.promise
  await doing()
  late.resolve()
  await slow
  cluster.answer()
}
