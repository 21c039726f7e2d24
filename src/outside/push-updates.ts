import { type RequestOptions, request as requestOverHttp } from 'node:http'
import { request as requestOverTls } from 'node:https'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import type { UserInfo } from '#domain/oauth/user-info.ts'
import { second } from '#kernel/clock.ts'
import { Unavailable } from '#kernel/failure.ts'
import type { Secret } from '#kernel/secret.ts'

/** One call to one application about one person. */
export interface Push {
  /** `address` is where its paths begin, such as https://whitehall.example.gov.uk:443. */
  readonly application: { readonly name: string; readonly address: string }
  readonly uid: string
  /** What the application is to recognise Signon by. */
  readonly token: Secret
}

export interface UserPush extends Push {
  readonly body: UserInfo
}

/** Tells applications of changes. Both calls throw `Unavailable` unless the application answers with a 2xx status. */
export interface ApplicationCaller {
  /** Sends what the application may know of the person now. */
  update(push: UserPush): Promise<void>
  /** Asks the application to make the person authenticate again. */
  reauthenticate(push: Push): Promise<void>
}

interface CallerOptions {
  /** Name look-up, connection and TLS handshake together. */
  readonly connectMilliseconds?: number
  /** From the connection to the whole head of the answer. */
  readonly answerMilliseconds?: number
  /** Certificate authorities to trust beside the public ones, as PEM. */
  readonly authorities?: string | undefined
  /** What each call carries beside its own headers. */
  readonly onwardHeaders?: () => Readonly<Record<string, string>>
}

/**
 * The real caller (`reference/client-contract.md` 7 and 8.5; CQ-3: certificates are verified). It speaks through
 * `node:http`, where a connection and an answer can each have their own time, instead of `fetch`, where they cannot,
 * and which refuses some ports. Every call has its own connection: applications restart, and a kept connection that
 * has died would be one more failure to tell apart. The status says it all, so no body is ever read.
 */
export const applicationCaller = ({ authorities, ...options }: CallerOptions = {}): ApplicationCaller => {
  // Put together once: to read some hundred certificates takes longer than a call.
  const secureContext = authorities
    ? createSecureContext({ ca: [...getCACertificates('default'), authorities] })
    : undefined
  const trusting = { ...options, secureContext }
  return {
    update: (push) => call('PUT', push, '', JSON.stringify(push.body), trusting),
    reauthenticate: (push) => call('POST', push, '/reauth', '{}', trusting),
  }
}

interface Trusting extends Omit<CallerOptions, 'authorities'> {
  readonly secureContext: SecureContext | undefined
}

const call = async (
  method: string,
  push: Push,
  action: string,
  body: string,
  options: Trusting,
): Promise<void> => {
  const { address, name } = push.application
  const url = new URL(`${address}/auth/gds/api/users/${encodeURIComponent(push.uid)}${action}`)
  const status = await statusOf(
    url,
    { method, headers: { ...options.onwardHeaders?.(), ...headers(push.token, body) } },
    body,
    options,
  ).catch((fault: unknown) => {
    throw new Unavailable(`${name} ${reasonFor(fault)}.`)
  })
  if (status < 200 || status > 299) throw new Unavailable(`${name} answered with status ${status}.`)
}

const headers = (token: Secret, body: string) => ({
  accept: 'application/json',
  authorization: `Bearer ${token.reveal()}`,
  'content-length': Buffer.byteLength(body),
  'content-type': 'application/json',
  'user-agent': 'gds-api-adapters/100.0.0 (signon)',
})

/** What went wrong before there was a status, in words that end the sentence which the application's name begins. */
class CallFault extends Error {}

/** The status of the answer. Rejects with what the network said, or with a `CallFault`. */
const statusOf = (url: URL, asked: RequestOptions, body: string, options: Trusting): Promise<number> =>
  new Promise((resolve, reject) => {
    const { connectMilliseconds = 4 * second, answerMilliseconds = 4 * second, secureContext } = options
    const isTls = url.protocol === 'https:'
    const request = isTls
      ? requestOverTls(url, {
          ...asked,
          agent: false,
          rejectUnauthorized: true,
          ...(secureContext && { secureContext }),
        })
      : requestOverHttp(url, { ...asked, agent: false })
    const giveUpAfter = (milliseconds: number, reason: string): NodeJS.Timeout =>
      setTimeout(
        () => request.destroy(new CallFault(`${reason} within ${milliseconds / second} seconds`)),
        milliseconds,
      )

    let patience = giveUpAfter(connectMilliseconds, 'did not accept a connection')
    request.on('socket', (socket) =>
      socket.once(isTls ? 'secureConnect' : 'connect', () => {
        clearTimeout(patience)
        patience = giveUpAfter(answerMilliseconds, 'did not answer')
      }),
    )
    request.on('response', (response) => {
      resolve(response.statusCode ?? 0)
      response.destroy()
    })
    request.on('error', reject)
    request.on('close', () => {
      clearTimeout(patience)
      // Where neither an answer nor an error came before, such as a switch to another protocol.
      reject(new CallFault(reasons['ECONNRESET']))
    })
    request.end(body)
  })

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection: it may be down',
  ECONNRESET: 'closed the connection without an answer',
  EPIPE: 'closed the connection without an answer',
  ENOTFOUND: 'has an address whose host name is not known',
  EAI_AGAIN: 'has an address whose host name cannot be looked up just now',
  EHOSTUNREACH: 'has an address that cannot be reached',
  ENETUNREACH: 'has an address that cannot be reached',
  ETIMEDOUT: 'did not accept a connection in time',
}

/** Our own words and the error's code only: what a library writes into its messages is not for our log. */
const reasonFor = (fault: unknown): string => {
  if (fault instanceof CallFault) return fault.message
  const code = fault instanceof Error && 'code' in fault ? String(fault.code) : 'no code'
  if (/CERT|ISSUER|SIGNATURE/.test(code)) return `has a certificate that Signon does not trust (${code})`
  if (code.startsWith('HPE_')) return `answered with something that is not HTTP (${code})`
  return reasons[code] ?? `could not be called (${code})`
}
