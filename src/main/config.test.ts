import { deepEqual, equal, match, ok, throws } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { inspect } from 'node:util'
import { readConfig } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'signon-config-'))
after(() => rmSync(folder, { recursive: true }))

const key = Buffer.alloc(32, 1).toString('base64')
const good = {
  DATABASE_URL: 'postgresql://signon@db.example/signon',
  SIGNON_URL: 'https://signon.example.gov.uk',
  SIGNON_SECRET_KEYS: `new:${key},old:${key}`,
  SIGNON_MAIL: 'folder:mails',
}

describe('settings', () => {
  it('need only what has no sensible default', () => {
    const config = readConfig(good)
    equal(config.publicUrl, 'https://signon.example.gov.uk')
    equal(config.port, 3000)
    equal(config.environment, 'development')
    equal(config.dataDirectory, join(import.meta.dirname, '../../var'))
    ok(Object.isFrozen(config))
  })

  it('are reported with all their faults at once, and without what was given', () => {
    const bad = {
      DATABASE_URL: 'mysql://root:hunter2@db/x',
      SIGNON_URL: 'https://signon.example.gov.uk/path',
      SIGNON_SECRET_KEYS: 'a:c2hvcnQtc2VjcmV0',
      GOVUK_ENVIRONMENT: 'Production',
      PORT: '70000',
      SIGNON_TRUSTED_PROXIES: '10.0.0.0/8,proxy',
      SIGNON_APPS_URI_SUB_PATTERN: 'a',
      RAILS_LOG_LEVEL: 'loud',
    }
    throws(
      () => readConfig(bad),
      (error: Error) => {
        for (const name of Object.keys(bad)) match(error.message, new RegExp(name))
        for (const secret of ['hunter2', 'c2hvcnQtc2VjcmV0']) ok(!error.message.includes(secret))
        return true
      },
    )
  })

  it('say what is missing, and take a blank for missing', () => {
    throws(
      () => readConfig({ SIGNON_DATA_DIR: folder }),
      /SIGNON_URL must be given[\s\S]*SIGNON_SECRET_KEYS must be given[\s\S]*SIGNON_MAIL must be given/,
    )
    throws(() => readConfig({ ...good, SIGNON_URL: ' ' }), /SIGNON_URL must be given/)
  })

  it('refuse a key with anything else behind it, which nobody would notice', () => {
    for (const rest of [' # since May', ':x', '!', '\n\nx', '='])
      throws(
        () => readConfig({ ...good, SIGNON_SECRET_KEYS: `new:${key}${rest}` }),
        /needs 32 bytes in base64 behind new:/,
      )
    ok(readConfig({ ...good, SIGNON_SECRET_KEYS: `new:${key.replace(/=$/, '')}, old:${key}` }))
  })

  it('refuse a blank DATABASE_URL, which was meant to be a server', () => {
    for (const blank of ['', '  '])
      throws(
        () => readConfig({ ...good, DATABASE_URL: blank }),
        /DATABASE_URL is blank: give an address, or leave it out for the embedded database/,
      )
  })

  it('hold the secret of anonymous ids, where there is one, so that nothing prints it', () => {
    equal(readConfig(good).anonymousUserIdSecret, undefined)
    const config = readConfig({ ...good, ANONYMOUS_USER_ID_SECRET: 'abc123' })
    equal(config.anonymousUserIdSecret?.reveal(), 'abc123')
    ok(!`${JSON.stringify(config)}${inspect(config)}`.includes('abc123'))
  })

  it('name one of five environments', () => {
    for (const environment of ['production', 'staging', 'integration', 'development', 'test'])
      equal(readConfig({ ...good, GOVUK_ENVIRONMENT: environment }).environment, environment)
    throws(() => readConfig({ ...good, GOVUK_ENVIRONMENT: 'prod' }), /must be one of production/)
  })

  it('take proxies by address or network, and never the whole world', () => {
    const proxies = '10.1.2.3, 10.0.0.0/8,::1,fd00::/128,10.0.0.0/32'
    equal(readConfig({ ...good, SIGNON_TRUSTED_PROXIES: proxies }).trustedProxies.length, 5)
    for (const wrong of [
      '0.0.0.0/0',
      '::/0',
      '10.0.0.0/',
      '10.0.0.0/33',
      '10.0.0.0/8.5',
      '10.0.0.0/0x8',
      'fd00::/129',
      '10.0.0.0/8/9',
    ])
      throws(() => readConfig({ ...good, SIGNON_TRUSTED_PROXIES: wrong }), /SIGNON_TRUSTED_PROXIES/, wrong)
  })

  it('of a demo in the same data directory count for commands beside it, but not beside a server of one’s own', () => {
    writeFileSync(
      join(folder, 'demo.env'),
      `SIGNON_SECRET_KEYS=demo:${key}\nSIGNON_URL=http://localhost:3000\n`,
    )
    const { publicUrl, mail } = readConfig({ SIGNON_DATA_DIR: folder })
    equal(publicUrl, 'http://localhost:3000')
    deepEqual(mail, { kind: 'folder', path: join(folder, 'mails') })
    equal(
      readConfig({ SIGNON_DATA_DIR: folder, SIGNON_URL: 'http://localhost:4000' }).publicUrl,
      'http://localhost:4000',
    )
    throws(() => readConfig({ SIGNON_DATA_DIR: folder, DATABASE_URL: good.DATABASE_URL }), /must be given/)
  })

  it('of a demo count neither in production nor for web and worker', () => {
    writeFileSync(
      join(folder, 'demo.env'),
      `SIGNON_SECRET_KEYS=demo:${key}\nSIGNON_URL=http://localhost:3000\n`,
    )
    const production = { SIGNON_DATA_DIR: folder, GOVUK_ENVIRONMENT: 'production' }
    throws(() => readConfig(production), /SIGNON_SECRET_KEYS must be given/)
    throws(
      () => readConfig({ SIGNON_DATA_DIR: folder }, { withDemo: false }),
      /SIGNON_SECRET_KEYS must be given/,
    )
  })
})
