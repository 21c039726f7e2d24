import type { Letter, MailPlace } from '#domain/letter.ts'
import type { MailName, MailOrder } from '#domain/mails.ts'
import type { Signon } from '#store/signon.ts'

/** Writes a mail with what holds now; nothing when there is nothing to say any more. */
export type Composer = (signon: Signon, order: MailOrder, place: MailPlace) => Promise<Letter | undefined>

/** Who writes which mail. */
export const mailComposers: Partial<Record<MailName, Composer>> = {}
