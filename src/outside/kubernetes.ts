import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request as requestOverTls } from 'node:https'
import { second } from '#kernel/clock.ts'
import { Unavailable } from '#kernel/failure.ts'
import type { Secret } from '#kernel/secret.ts'

/** Where the API of the cluster is, and the files that a pod's service account has. */
export interface ClusterPlace {
  /** An https origin. */
  readonly url: string
  /** Of the token that Signon shows. It is exchanged now and then, so it is read for each run. */
  readonly tokenFile: string
  /** Of the authority that signed the API's certificate; without such a file a public one must have. */
  readonly authorityFile: string
  readonly namespaceFile: string
}

/** Secrets of one namespace of the cluster. Every call throws `Unavailable`, whose words never hold a secret. */
export interface SecretCluster {
  /** The values of a secret by their keys; nothing when there is no such secret. */
  read(name: string): Promise<Readonly<Record<string, string>> | undefined>
  /** Makes these the values of a secret that Signon manages, whether it is there already or not. */
  apply(name: string, values: Readonly<Record<string, Secret>>): Promise<void>
}

/** The cluster as it is for one run. Throws `Unavailable` when the files of the service account cannot be read. */
export const openCluster = async (
  place: ClusterPlace,
  milliseconds = 10 * second,
): Promise<SecretCluster> => {
  const token = await contentOf(place.tokenFile, /^[\x21-\x7e]+$/)
  const namespace = await contentOf(place.namespaceFile, /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
  const authority = await readFile(place.authorityFile, 'utf8').catch(() => undefined)
  const api: Api = { url: place.url, token, authority, milliseconds }
  const pathOf = (name: string): string =>
    `/api/v1/namespaces/${namespace}/secrets/${encodeURIComponent(name)}`

  return {
    async read(name) {
      const { status, body } = await call(api, { method: 'GET', path: pathOf(name) })
      if (status === 404) return undefined
      refuse(status, 'get')
      return valuesOf(body)
    },

    async apply(name, values) {
      const path = `${pathOf(name)}?fieldManager=signon&force=true`
      const { status, body } = await call(api, {
        method: 'PATCH',
        path,
        body: documentOf(name, namespace, values),
      })
      refuse(status, 'patch')
      // Whoever calls forgets the secret now, so somebody else must have it.
      const kept = valuesOf(body)
      if (Object.entries(values).some(([key, value]) => kept[key] !== value.reveal()))
        throw new Unavailable('The cluster did not keep what it was given.')
    },
  }
}

const contentOf = async (file: string, shape: RegExp): Promise<string> => {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : 'no code'
    throw new Unavailable(`${file} of the cluster’s service account cannot be read (${code}).`)
  })
  if (!shape.test(content.trim()))
    throw new Unavailable(`${file} does not hold what a service account has there.`)
  return content.trim()
}

/** YAML is a superset of JSON, so this is what server-side apply takes. */
const documentOf = (name: string, namespace: string, values: Readonly<Record<string, Secret>>): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'signon' } },
    type: 'Opaque',
    data: Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, Buffer.from(value.reveal()).toString('base64')]),
    ),
  })

const valuesOf = (body: string): Readonly<Record<string, string>> => {
  try {
    const { data = {} } = JSON.parse(body) as { readonly data?: Readonly<Record<string, string>> }
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
    )
  } catch {
    throw new Unavailable('The cluster answered with something that is no secret.')
  }
}

const hints: Readonly<Record<number, string>> = {
  401: 'it does not know the token of the service account',
  404: 'there is no such namespace',
  409: 'something else changed the secret at the same moment',
  422: 'it does not take a secret of that name and type',
}

const refuse = (status: number, verb: string): void => {
  if (status >= 200 && status <= 299) return
  const hint = status === 403 ? `the service account may not ${verb} secrets` : hints[status]
  throw new Unavailable(`The cluster answered with status ${status}${hint ? `: ${hint}` : ''}.`)
}

interface Api {
  readonly url: string
  readonly token: string
  readonly authority: string | undefined
  /** For one call, from the look-up of its name to the end of the answer. */
  readonly milliseconds: number
}

interface Call {
  readonly method: 'GET' | 'PATCH'
  readonly path: string
  readonly body?: string
}

/** Secrets in a cluster have a megabyte at most; nothing longer is read. */
const longestAnswer = 3 * 1024 * 1024

const call = (
  { url, token, authority, milliseconds }: Api,
  { method, path, body }: Call,
): Promise<{ readonly status: number; readonly body: string }> =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const request = requestOverTls(new URL(path, url), {
      method,
      agent: false,
      signal: AbortSignal.timeout(milliseconds),
      ...(authority !== undefined && { ca: authority }),
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        'user-agent': 'signon',
        ...(body !== undefined && {
          'content-length': Buffer.byteLength(body),
          'content-type': 'application/apply-patch+yaml',
        }),
      },
    })
    // Where neither an answer nor an error came before, such as a switch to another protocol.
    const giveUp = (): void => reject(new Error('closed without an answer'))
    request.on('close', giveUp)
    request.on('response', (response) => {
      request.off('close', giveUp)
      textOf(response).then((text) => resolve({ status: response.statusCode ?? 0, body: text }), reject)
    })
    request.on('error', reject)
    request.end(body)
  }).catch((error: unknown) => {
    throw new Unavailable(`The cluster ${reasonFor(error, milliseconds)}.`)
  })

const textOf = async (response: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length
    if (length > longestAnswer) throw new Error('too long')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Our own words and the error's code only: what a library writes into its messages is not for our log. */
const reasonFor = (error: unknown, milliseconds: number): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code'
  if (code === 'ABORT_ERR') return `did not answer within ${milliseconds / second} seconds`
  if (/CERT|ISSUER|SIGNATURE/.test(code)) return `has a certificate that Signon does not trust (${code})`
  return `could not be called (${code})`
}
