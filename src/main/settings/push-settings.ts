import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setting } from './setting.ts'

/** Whom pushes to applications trust. */
export const pushSettings = {
  pushAuthorities: setting({
    about:
      'A PEM file with the certificate authorities that applications’ certificates may be of, beside the public ones. It is read when Signon starts.',
    otherwise: 'the public ones only',
    parse: (text) => (text === undefined ? undefined : authoritiesIn(text)),
  }),
}

const certificates = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

/** The certificates in a file, as PEM. */
const authoritiesIn = (path: string): string => {
  const found = textOf(path).match(certificates) ?? []
  if (found.length === 0) throw new Error('names a file without a certificate: it must hold PEM')
  for (const [index, certificate] of found.entries())
    if (!isCertificate(certificate))
      throw new Error(`names a file whose certificate number ${index + 1} cannot be read`)
  return found.join('\n')
}

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code'
    throw new Error(`names a file that cannot be read (${code})`)
  }
}

const isCertificate = (pem: string): boolean => {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}
