import type { Letter } from '#domain/letter.ts'

/** Sends mails. What it throws holds neither secrets nor the letter. */
export interface Postman {
  /** Throws `MailRefused` when this letter will never be taken, `Unavailable` when it may be later. */
  send(letter: Letter): Promise<void>
  /** Says where letters go, and sends none. Throws `Unavailable`, which says what is wrong, when they would not be taken now. */
  check(): Promise<string>
}
