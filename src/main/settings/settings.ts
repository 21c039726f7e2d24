import { isIP } from 'node:net'
import { resolve } from 'node:path'
import type { UriSubstitution } from '#domain/application.ts'
import { type Key, type KeyRing, keyRing } from '#kernel/sealed.ts'
import { secret } from '#kernel/secret.ts'
import { clusterSettings } from './cluster-settings.ts'
import { mailSettings } from './mail-settings.ts'
import { pushSettings } from './push-settings.ts'
import { scheduleSettings } from './schedule-settings.ts'
import { required, setting, urlOf } from './setting.ts'
import { traceSettings } from './trace-settings.ts'

/** The data directory unless another is named: of this checkout, wherever the command is run. */
export const defaultDataDirectory = resolve(import.meta.dirname, '../../../var')

/** The port of web unless another is named. */
export const defaultPort = 3000

const environments = ['production', 'staging', 'integration', 'development', 'test'] as const

/** Every setting that Signon reads, and nothing else reads the environment. */
export const settings = {
  databaseUrl: setting({
    about: 'The PostgreSQL server to use, 15 to 18, as postgresql://user:password@host/database.',
    otherwise: 'the embedded database in SIGNON_DATA_DIR',
    parse: (text) => {
      if (text?.trim() === '')
        throw new Error('is blank: give an address, or leave it out for the embedded database')
      return text === undefined ? undefined : urlOf(text, ['postgres:', 'postgresql:']).toString()
    },
  }),
  dataDirectory: setting({
    about:
      'The folder of the embedded database and of the demo, seen from the folder where a command is run.',
    otherwise: '`var` in the folder where Signon lies',
    parse: (text) => text ?? defaultDataDirectory,
  }),
  publicUrl: setting({
    about:
      'Signon’s public origin, such as https://signon.example.gov.uk, without a path. Web answers requests to hosts other than its own and signon.….gov.uk with 403, but for health checks; in development and test it answers all.',
    parse: (text) => {
      const { origin, pathname, search } = urlOf(required(text), ['https:', 'http:'])
      if (pathname !== '/' || search !== '') throw new Error('must be an origin, without a path')
      return origin
    },
  }),
  keys: setting({
    about:
      'The key ring: `id:base64` pairs separated by commas, 32 random bytes each. The first one encrypts, all decrypt.',
    parse: (text): KeyRing => keyRing(keysOf(required(text))),
  }),
  ...mailSettings,
  environment: setting({
    about:
      'Which environment this is: production, staging, integration, development or test. It is named on every page; the demo refuses production; in development, behind a SIGNON_URL of http, applications may have http addresses.',
    otherwise: '`development`',
    parse: (text = 'development') => {
      const environment = environments.find((known) => known === text)
      if (environment === undefined) throw new Error(`must be one of ${environments.join(', ')}`)
      return environment
    },
  }),
  host: setting({
    about: 'The network address that web listens on, and that metrics are served at.',
    otherwise: '`127.0.0.1`',
    parse: (text) => text ?? '127.0.0.1',
  }),
  port: setting({
    about: 'The port that web listens on.',
    otherwise: `\`${defaultPort}\``,
    parse: (text) => portOf(text, defaultPort),
  }),
  metricsPort: setting({
    about:
      'The port that web and worker serve metrics on, for Prometheus, at the network address of SIGNON_HOST. Where both run on one machine, each needs its own.',
    otherwise: '`9394`',
    parse: (text) => portOf(text, 9394),
  }),
  publisherPort: setting({
    about: 'The port of the demo’s publishing application.',
    otherwise: '`3100`',
    parse: (text) => portOf(text, 3100),
  }),
  databaseConnections: setting({
    about:
      'How many connections to the database each process keeps at most. The queue of a worker has up to 12 more of its own.',
    otherwise: '`10`',
    parse: (text) => countOf(text, 10),
  }),
  jobsAtOnce: setting({
    about:
      'How many jobs each worker does at a time. Two of them never call applications, and no application takes up more than a third.',
    otherwise: '`10`',
    parse: (text) => countOf(text, 10),
  }),
  ...scheduleSettings,
  ...pushSettings,
  drainSeconds: setting({
    about:
      'How many seconds web goes on after it was told to stop, while /healthcheck/ready says that it is not ready: longer than a balancer takes to notice.',
    otherwise: '`0`',
    parse: (text) => {
      const seconds = Number(text ?? '0')
      if (!Number.isInteger(seconds) || seconds < 0 || seconds > 300)
        throw new Error('must be a whole number from 0 to 300')
      return seconds
    },
  }),
  ...traceSettings,
  trustedProxies: setting({
    about: 'Addresses or networks of the proxies whose X-Forwarded-For is believed, separated by commas.',
    otherwise: 'none is believed',
    parse: (text) => listOf(text).map(networkOf),
  }),
  substitutionPattern: setting({
    about:
      'Text in the applications’ stored addresses that reads differently in this environment. Only with the next one.',
    otherwise: 'addresses read as stored',
    parse: (text) => text,
  }),
  substitutionReplacement: setting({
    about: 'What that text reads as.',
    otherwise: 'addresses read as stored',
    parse: (text) => text,
  }),
  anonymousUserIdSecret: setting({
    about:
      'A secret of letters and digits that applications have as well. With it, pages of people who are signed in carry an id (`govuk:user-id`) by which analytics count who comes back, without telling who that is.',
    otherwise: 'pages carry no such id',
    parse: (text) => (text === undefined ? undefined : secret(text)),
  }),
  ...clusterSettings,
  websiteRoot: setting({
    about: 'The GOV.UK website. Organisations are imported every night from the API below it.',
    otherwise: '`https://www.gov.uk`',
    parse: (text = 'https://www.gov.uk') => urlOf(text, ['https:', 'http:']).toString(),
  }),
  logLevel: setting({
    about: 'How much is logged: trace, debug, info, warn, error or silent.',
    otherwise: '`info`',
    parse: (text) => {
      const level = text ?? 'info'
      if (!['trace', 'debug', 'info', 'warn', 'error', 'silent'].includes(level))
        throw new Error('is not a level of the log')
      return level
    },
  }),
} as const

/** The names of the settings in the environment. */
export const variables = {
  databaseUrl: 'DATABASE_URL',
  dataDirectory: 'SIGNON_DATA_DIR',
  publicUrl: 'SIGNON_URL',
  keys: 'SIGNON_SECRET_KEYS',
  mail: 'SIGNON_MAIL',
  notifyApiKey: 'GOVUK_NOTIFY_API_KEY',
  notifyTemplateId: 'GOVUK_NOTIFY_TEMPLATE_ID',
  notifyUrl: 'GOVUK_NOTIFY_URL',
  alertsEmail: 'SIGNON_ALERTS_EMAIL',
  environment: 'GOVUK_ENVIRONMENT',
  host: 'SIGNON_HOST',
  port: 'PORT',
  metricsPort: 'SIGNON_METRICS_PORT',
  publisherPort: 'DEMO_PUBLISHER_PORT',
  databaseConnections: 'SIGNON_DATABASE_CONNECTIONS',
  jobsAtOnce: 'SIGNON_JOBS_AT_ONCE',
  scheduleChanges: 'SIGNON_SCHEDULE',
  pushAuthorities: 'SIGNON_PUSH_CA_FILE',
  drainSeconds: 'SIGNON_DRAIN_SECONDS',
  tracesEnabled: 'ENABLE_OPEN_TELEMETRY',
  tracesEndpoint: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  tracesService: 'OTEL_SERVICE_NAME',
  tracesGovukService: 'GOVUK_OTEL_SERVICE_NAME',
  trustedProxies: 'SIGNON_TRUSTED_PROXIES',
  substitutionPattern: 'SIGNON_APPS_URI_SUB_PATTERN',
  substitutionReplacement: 'SIGNON_APPS_URI_SUB_REPLACEMENT',
  anonymousUserIdSecret: 'ANONYMOUS_USER_ID_SECRET',
  clusterUrl: 'SIGNON_KUBERNETES_URL',
  clusterTokenFile: 'SIGNON_KUBERNETES_TOKEN_FILE',
  clusterAuthorityFile: 'SIGNON_KUBERNETES_CA_FILE',
  clusterNamespaceFile: 'SIGNON_KUBERNETES_NAMESPACE_FILE',
  websiteRoot: 'GOVUK_WEBSITE_ROOT',
  logLevel: 'RAILS_LOG_LEVEL',
} as const satisfies Record<keyof typeof settings, string>

export type SettingName = keyof typeof settings

/** The substitution that the two settings make together. Throws when one comes without the other. */
export const substitutionOf = (
  pattern: string | undefined,
  replacement: string | undefined,
): UriSubstitution | undefined => {
  if (pattern === undefined && replacement === undefined) return undefined
  if (pattern === undefined || replacement === undefined)
    throw new Error('must be given together, or neither')
  return { pattern, replacement }
}

const listOf = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

const keysOf = (text: string): [Key, ...Key[]] => {
  const [first, ...others] = listOf(text).map((item): Key => {
    const [id, encoded = '', ...rest] = item.split(':')
    const bytes = Buffer.from(encoded, 'base64')
    if (!id || !/^[A-Za-z0-9_-]+$/.test(id))
      throw new Error('needs an id of letters and digits before each colon')
    // Node passes over whatever is no base64, such as a comment behind the key.
    if (rest.length > 0 || bytes.length !== 32 || !/^[\w+/-]{43}=?$/.test(encoded))
      throw new Error(`needs 32 bytes in base64 behind ${id}: (openssl rand -base64 32 makes them)`)
    return { id, bytes }
  })
  if (!first) throw new Error('must hold at least one key')
  const all: [Key, ...Key[]] = [first, ...others]
  if (new Set(all.map(({ id }) => id)).size !== all.length) throw new Error('names two keys alike')
  return all
}

const networkOf = (item: string): string => {
  const [address = '', bits, ...rest] = item.split('/')
  const version = isIP(address)
  const isPrefix = bits === undefined || isPrefixOf(bits, version === 4 ? 32 : 128)
  if (version === 0 || !isPrefix || rest.length > 0)
    throw new Error('holds something that is no address or network')
  return item
}

// A prefix of 0 would believe the whole world.
const isPrefixOf = (bits: string, most: number): boolean =>
  /^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= most

const portOf = (text: string | undefined, otherwise: number): number => {
  const port = text === undefined ? otherwise : Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('must be a port number')
  return port
}

const countOf = (text: string | undefined, otherwise: number): number => {
  const count = text === undefined ? otherwise : Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw new Error('must be a whole number from 1 to 1000')
  return count
}
