import { equal, match, throws } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { rootCertificates } from 'node:tls'
import { pushSettings } from './push-settings.ts'

const { parse } = pushSettings.pushAuthorities
const folder = mkdtempSync(join(tmpdir(), 'signon-authorities-'))
after(() => rmSync(folder, { recursive: true }))
const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const [first = '', second = ''] = rootCertificates

describe('authorities that pushes trust beside the public ones', () => {
  it('are none unless a file is named', () => {
    equal(parse(undefined), undefined)
  })

  it('are every certificate of the file, whatever stands between them', () => {
    const found = parse(file('two.pem', `Ours\n${first}\n# and another\n${second}\n`)) ?? ''
    equal(found, `${first.trim()}\n${second.trim()}`)
  })

  for (const [what, path, words] of [
    ['is not there', join(folder, 'nowhere.pem'), /^names a file that cannot be read \(ENOENT\)$/],
    ['is a folder', folder, /^names a file that cannot be read \(EISDIR\)$/],
    ['is empty', file('empty.pem', ''), /^names a file without a certificate: it must hold PEM$/],
    [
      'holds a key',
      file('key.pem', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'),
      /without a certificate/,
    ],
    [
      'holds a certificate that is none',
      file('broken.pem', `${first}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`),
      /^names a file whose certificate number 2 cannot be read$/,
    ],
  ] as const)
    it(`are refused when the file ${what}, without telling what is in it`, () => {
      throws(
        () => parse(path),
        ({ message }: Error) => {
          match(message, words)
          return !message.includes('AAAA')
        },
      )
    })
})
