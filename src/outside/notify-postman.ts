import { NotifyClient } from 'notifications-node-client'
import { MailRefused } from '#domain/letter.ts'
import { second } from '#kernel/clock.ts'
import { Unavailable } from '#kernel/failure.ts'
import type { Secret } from '#kernel/secret.ts'
import type { Postman } from './postman.ts'

/** The account with GOV.UK Notify that letters go through. It has a sender of its own. */
export interface NotifyAccount {
  /** A name, the id of the service and the secret, as Notify shows it. */
  readonly apiKey: Secret
  /** A template that is nothing but `((subject))` and `((body))`. */
  readonly templateId: string
  /** Where Notify answers. */
  readonly url: string
}

/** Hands each letter to GOV.UK Notify (`reference/background-and-operations.md` 1). */
export const notifyPostman = (
  { apiKey, templateId, url }: NotifyAccount,
  answerMilliseconds = 10 * second,
): Postman => {
  const client = new NotifyClient(url, apiKey.reveal())
  // The client has no way to be given times, only to be given another axios: this is its own with these.
  const { restClient } = client.apiClient
  client.setClient(restClient.create({ timeout: answerMilliseconds, maxRedirects: 0 }))
  return {
    async send({ to, subject, text }) {
      await client.sendEmail(templateId, to, { personalisation: { subject, body: text } }).catch(explain)
    },
    async check() {
      const { data } = await client.getTemplateById(templateId).catch(explain)
      const isFit =
        data.type === 'email' && data.subject?.includes('((subject))') && data.body.includes('((body))')
      if (!isFit)
        throw new Unavailable(
          'The template of GOVUK_NOTIFY_TEMPLATE_ID must be an email that is nothing but ((subject)) and ((body)).',
        )
      return 'sent through GOV.UK Notify'
    },
  }
}

/** What a failed call leaves: an answer of Notify, or the code of a network error. */
interface NotifyFault {
  readonly code?: string
  readonly response?: { readonly status: number; readonly data: unknown }
}

const explain = (error: unknown): never => {
  const { response, code = 'no code' } = (error instanceof Error ? error : {}) as NotifyFault
  if (response === undefined) throw new Unavailable(`GOV.UK Notify could not be reached (${code}).`)
  const { status, data } = response
  if (status === 400 && !isOurFault(data)) throw new MailRefused('GOV.UK Notify refuses the recipient (400).')
  const hint = hints[status]
  throw new Unavailable(
    `GOV.UK Notify answered with status ${status}${hint === undefined ? '' : `: ${hint}`}.`,
  )
}

const hints: Readonly<Record<number, string>> = {
  400: 'see that GOVUK_NOTIFY_TEMPLATE_ID is a template of the service, with ((subject)) and ((body))',
  403: 'see that GOVUK_NOTIFY_API_KEY is right, and this machine’s clock',
  404: 'see that GOVUK_NOTIFY_TEMPLATE_ID is a template of the service',
  429: 'more mails were sent than it allows',
}

/** A 400 for any letter, because the template is wrong: when it is mended, letters that wait can go. */
const isOurFault = (data: unknown): boolean => /template|personalisation/i.test(JSON.stringify(data) ?? '')
