import { type Letter, type MailPlace, MailRefused } from '#domain/letter.ts'
import type { MailName, MailOrder } from '#domain/mails.ts'
import { invariant } from '#kernel/failure.ts'
import type { Postman } from '#outside/postman.ts'
import type { Signon } from '#store/signon.ts'

/** Writes a mail with what holds now; nothing when there is nothing to say any more. */
export type Composer = (signon: Signon, order: MailOrder, place: MailPlace) => Promise<Letter | undefined>

export type Composers = Readonly<Record<MailName, Composer>>

export interface MailParts {
  readonly composers: Composers
  readonly place: MailPlace
  readonly postman: Pick<Postman, 'send'>
  /** Hears of a mail that is given up because its recipient is refused for good, and why. */
  readonly onRefused: (order: MailOrder, reason: string) => void
}

/** Writes one mail and sends it. Trouble that may pass is thrown, so that it is tried again. */
export const sendMail =
  (signon: Signon, { composers, place, postman, onRefused }: MailParts) =>
  async (order: MailOrder): Promise<void> => {
    const compose: Composer | undefined = composers[order.mail]
    // While a new release replaces this one, a mail may wait that only the new one knows.
    invariant(compose, `somebody writes the mail ${order.mail}`)
    const letter = await compose(signon, order, place)
    if (!letter) return
    try {
      await postman.send(letter)
    } catch (error) {
      if (!(error instanceof MailRefused)) throw error
      onRefused(order, error.message)
    }
  }
