import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { resolve } from 'node:path'
import { describe, it } from 'node:test'
import { readConfig } from '#main/config.ts'

const needed = {
  DATABASE_URL: 'postgresql://signon@db.example/signon',
  SIGNON_URL: 'https://signon.example.gov.uk',
  SIGNON_SECRET_KEYS: `k:${Buffer.alloc(32, 1).toString('base64')}`,
}
const mailOf = (text: string, more = {}) => readConfig({ ...needed, SIGNON_MAIL: text, ...more }).mail

const serverOf = (text: string) => {
  const mail = mailOf(text)
  if (mail.kind !== 'smtp') throw new Error('not by SMTP')
  const { login, ...server } = mail.server
  return { ...server, user: login?.user, password: login?.password.reveal() }
}

/** Throws unless the settings are refused with these words and without what was given. */
const refuses = (text: string, words: RegExp, more = {}): void =>
  throws(
    () => mailOf(text, more),
    (error: Error) => {
      ok(!error.message.includes('hunter2'))
      return words.test(error.message)
    },
    text,
  )

describe('the setting of mails', () => {
  it('names a mail server', () => {
    deepEqual(serverOf('smtp://mail.example:2525'), {
      host: 'mail.example',
      port: 2525,
      isTls: false,
      user: undefined,
      password: undefined,
    })
    deepEqual(serverOf('smtps://sign%40on:p%3Ass%2F@[::1]'), {
      host: '::1',
      port: 465,
      isTls: true,
      user: 'sign@on',
      password: 'p:ss/',
    })
    equal(serverOf('smtp://mail.example/').port, 587)
  })

  it('names a folder, seen from here', () => {
    deepEqual(mailOf('folder:/var/mails'), { kind: 'folder', path: '/var/mails' })
    deepEqual(mailOf('folder:var/mails'), { kind: 'folder', path: resolve('var/mails') })
  })

  it('names Notify, which has a key and a template', () => {
    const service = '26785a09-ab16-4eb0-8407-a37497a57506'
    const GOVUK_NOTIFY_API_KEY = `signon-live-${service}-3d844edf-8d35-48ac-975b-e847b4f122b0`
    const GOVUK_NOTIFY_TEMPLATE_ID = 'f33517ff-2a88-4f6e-b855-c550268ce08a'
    const mail = mailOf('notify', { GOVUK_NOTIFY_API_KEY, GOVUK_NOTIFY_TEMPLATE_ID })
    if (mail.kind !== 'notify') throw new Error('not by Notify')
    equal(mail.account.apiKey.reveal(), GOVUK_NOTIFY_API_KEY)
    equal(mail.account.url, 'https://api.notifications.service.gov.uk')
    equal(JSON.stringify(mail).includes('3d844edf'), false)

    const missing = /GOVUK_NOTIFY_API_KEY and GOVUK_NOTIFY_TEMPLATE_ID must be given when mails go by Notify/
    refuses('notify', missing)
    refuses('notify', missing, { GOVUK_NOTIFY_API_KEY })
    refuses('notify', /GOVUK_NOTIFY_API_KEY must be a key/, {
      GOVUK_NOTIFY_API_KEY: 'hunter2',
      GOVUK_NOTIFY_TEMPLATE_ID,
    })
    refuses('folder:x', /GOVUK_NOTIFY_TEMPLATE_ID must be the id/, { GOVUK_NOTIFY_TEMPLATE_ID: 'hunter2' })
  })

  it('is refused in words that do not repeat a password', () => {
    refuses('sendmail', /SIGNON_MAIL must be notify, or begin with smtp:\/\/, smtps:\/\/ or folder:/)
    refuses('folder: ', /must name a folder/)
    refuses('smtp://u:hunter2@mail.example:port', /is not an address/)
    refuses('smtp://u:hunter2@mail.example:25/?pool=true', /must end with the port/)
    refuses('smtp://mail.example:25/#hunter2', /must end with the port/)
    refuses('smtp://hunter2@mail.example', /both user and password/)
    refuses('smtp://u:hunter2%@mail.example', /percent-encoded/)
    refuses('smtp://', /SIGNON_MAIL (?:must name a host|is not an address)/)
  })
})
