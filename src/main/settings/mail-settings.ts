import { resolve } from 'node:path'
import { emailFault, normaliseEmail } from '#domain/user.ts'
import { type Secret, secret } from '#kernel/secret.ts'
import type { NotifyAccount } from '#outside/notify-postman.ts'
import type { SmtpServer } from '#outside/smtp-postman.ts'
import { required, setting, urlOf } from './setting.ts'

/** How mails are sent, with all that it needs. */
export type MailRoute = OwnMailRoute | { readonly kind: 'notify'; readonly account: NotifyAccount }

/** SIGNON_MAIL by itself; Notify has settings of its own. */
type MailSetting = OwnMailRoute | { readonly kind: 'notify' }

type OwnMailRoute =
  | { readonly kind: 'smtp'; readonly server: SmtpServer }
  | { readonly kind: 'folder'; readonly path: string }

/** What says how mails are sent. */
export const mailSettings = {
  mail: setting({
    about:
      'How mails are sent. `smtp://user:password@host:port` or `smtps://…`: by that mail server, at port 587 or 465 unless another is named; user and password may be left out, and are percent-encoded. `notify`: by GOV.UK Notify. `folder:PATH`: as files in a folder, seen from the folder where a command is run.',
    parse: (text) => mailSettingOf(required(text)),
  }),
  notifyApiKey: setting({
    about: 'The API key of GOV.UK Notify. With `notify` only.',
    otherwise: 'nothing goes by Notify',
    parse: (text) => (text === undefined ? undefined : notifyKeyOf(text)),
  }),
  notifyTemplateId: setting({
    about:
      'The id of an email template of Notify whose subject is `((subject))` and whose message is `((body))`. With `notify` only.',
    otherwise: 'nothing goes by Notify',
    parse: (text) => {
      if (text !== undefined && !uuid.test(text)) throw new Error('must be the id of a template, a UUID')
      return text
    },
  }),
  notifyUrl: setting({
    about: 'Where GOV.UK Notify answers, for tests.',
    otherwise: '`https://api.notifications.service.gov.uk`',
    parse: (text = 'https://api.notifications.service.gov.uk') => urlOf(text, ['https:', 'http:']).origin,
  }),
  alertsEmail: setting({
    about:
      'Address of those who watch over Signon. It gets a mail when somebody sends a batch of invitations.',
    otherwise: 'no such mails',
    parse: (text) => {
      const address = text === undefined ? undefined : normaliseEmail(text)
      if (address !== undefined && emailFault(address) !== undefined) throw new Error('is no email address')
      return address
    },
  }),
} as const

interface NotifySettings {
  readonly notifyApiKey: Secret | undefined
  readonly notifyTemplateId: string | undefined
  readonly notifyUrl: string
}

/** What the settings say together. Throws when Notify is to be used, and not all of its settings are given. */
export const mailRouteOf = (mail: MailSetting, notify: NotifySettings): MailRoute => {
  if (mail.kind !== 'notify') return mail
  const { notifyApiKey: apiKey, notifyTemplateId: templateId, notifyUrl: url } = notify
  if (apiKey === undefined || templateId === undefined)
    throw new Error('must be given when mails go by Notify')
  return { kind: 'notify', account: { apiKey, templateId, url } }
}

const mailSettingOf = (text: string): MailSetting => {
  if (text === 'notify') return { kind: 'notify' }
  if (!text.startsWith('folder:')) return { kind: 'smtp', server: serverOf(text) }
  const path = text.slice('folder:'.length)
  if (path.trim() === '') throw new Error('must name a folder behind folder:')
  return { kind: 'folder', path: resolve(path) }
}

const serverOf = (text: string): SmtpServer => {
  if (!/^smtps?:\/\//.test(text))
    throw new Error('must be notify, or begin with smtp://, smtps:// or folder:')
  const { protocol, hostname, port, username, password, pathname, search, hash } = urlOf(text, [
    'smtp:',
    'smtps:',
  ])
  if (hostname === '') throw new Error('must name a host')
  if (!['', '/'].includes(pathname) || search !== '' || hash !== '') throw new Error('must end with the port')
  if ((username === '') !== (password === '')) throw new Error('must hold both user and password, or neither')
  const isTls = protocol === 'smtps:'
  return {
    host: hostname.replaceAll(/[[\]]/g, ''),
    port: port === '' ? (isTls ? 465 : 587) : Number(port),
    isTls,
    login: username === '' ? null : { user: decoded(username), password: secret(decoded(password)) },
  }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error('must hold user and password percent-encoded')
  }
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Its last two parts, a UUID each, are the service and the secret. */
const notifyKeyOf = (text: string): Secret => {
  if (!uuid.test(text.slice(-36)) || !uuid.test(text.slice(-73, -37)) || text.at(-37) !== '-')
    throw new Error('must be a key as Notify shows it, which ends with two UUIDs')
  return secret(text)
}
