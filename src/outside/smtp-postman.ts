import { createTransport } from 'nodemailer'
import { MailRefused, type Sender } from '#domain/letter.ts'
import { second } from '#kernel/clock.ts'
import { Unavailable } from '#kernel/failure.ts'
import type { Secret } from '#kernel/secret.ts'
import type { Postman } from './postman.ts'

/** A mail server, and how to speak to it. */
export interface SmtpServer {
  readonly host: string
  readonly port: number
  /** Encrypted from the first byte, rather than after STARTTLS. */
  readonly isTls: boolean
  readonly login: { readonly user: string; readonly password: Secret } | null
}

export interface SmtpParts {
  readonly server: SmtpServer
  readonly sender: Sender
  /** For each step: the connection, the greeting, every answer. */
  readonly stepMilliseconds?: number
  /** For one letter in all. */
  readonly letterMilliseconds?: number
}

/**
 * Hands each letter to a mail server, over a connection of its own. Certificates are verified, and a password goes over
 * the network encrypted or not at all.
 */
export const smtpPostman = (parts: SmtpParts): Postman => {
  const { server, sender, letterMilliseconds = 20 * second } = parts
  const transport = createTransport(connectionOptions(parts))
  const place = `${server.isTls ? 'smtps' : 'smtp'}://${server.host}:${server.port}`
  return {
    async send({ to, subject, text }) {
      const message = {
        from: sender,
        // As an object it is one address, whatever characters it holds.
        to: { name: '', address: to },
        subject,
        text,
        headers: { 'auto-submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
        signal: AbortSignal.timeout(letterMilliseconds),
      }
      await transport.sendMail(message).catch(explain)
    },
    async check() {
      await transport.verify().catch(explain)
      return `sent through ${place}`
    },
  }
}

const connectionOptions = ({ server, stepMilliseconds = 5 * second }: SmtpParts) => {
  const { host, port, isTls, login } = server
  const isHere = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host)
  return {
    host,
    port,
    secure: isTls,
    // On this machine nobody listens in between, and mail servers mostly have certificates that they made themselves.
    ignoreTLS: isHere,
    requireTLS: login !== null && !isHere,
    ...(login && { auth: { user: login.user, pass: login.password.reveal() } }),
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' as const },
    dnsTimeout: stepMilliseconds,
    connectionTimeout: stepMilliseconds,
    greetingTimeout: stepMilliseconds,
    socketTimeout: 2 * stepMilliseconds,
  }
}

/** What nodemailer puts on its errors; its messages quote the server, which may quote the letter. */
interface SmtpFault {
  readonly code?: string
  readonly originalCode?: string
  readonly command?: string
  readonly responseCode?: number
  /** Would the server answer the same again? */
  readonly permanent?: boolean
}

const explain = (error: unknown): never => {
  const fault = (error instanceof Error ? error : {}) as SmtpFault
  const { code, command, responseCode, permanent = false } = fault
  if (code === 'EENVELOPE' && command === 'RCPT TO' && permanent)
    throw new MailRefused(`The mail server refuses the recipient (${responseCode}).`)
  if (code === 'EENVELOPE' && command === 'API')
    throw new MailRefused('The recipient is not an address that mail can be sent to.')
  throw new Unavailable(`The mail server ${reasonFor(fault)}.`)
}

const reasons: Readonly<Record<string, string>> = {
  EABORT: 'did not take the letter in time',
  ETIMEDOUT: 'did not answer in time',
  EDNS: 'has a host name that cannot be looked up',
  ECONNREFUSED: 'refused the connection: it may be down',
  ECONNECTION: 'closed the connection',
  ECONNRESET: 'closed the connection',
}

const reasonFor = ({ code = 'no code', originalCode = '', command, responseCode }: SmtpFault): string => {
  if (code === 'EAUTH')
    return `refused the user or the password of SIGNON_MAIL (${responseCode ?? 'no code'})`
  if (/CERT|ISSUER|SIGNATURE/.test(originalCode))
    return `has a certificate that Signon does not trust (${originalCode})`
  if (code === 'ETLS') return 'did not agree on an encrypted connection'
  if (responseCode !== undefined) return `answered ${command ?? 'a command'} with ${responseCode}`
  return reasons[originalCode] ?? reasons[code] ?? `could not be used (${originalCode || code})`
}
