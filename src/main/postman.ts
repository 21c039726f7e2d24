import type { MailPlace } from '#domain/letter.ts'
import { senderOf } from '#domain/letter.ts'
import type { Clock } from '#kernel/clock.ts'
import type { Random } from '#kernel/random.ts'
import type { Postman } from '#outside/postman.ts'
import type { MailRoute } from './settings/mail-settings.ts'

interface PostmanParts {
  readonly mail: MailRoute
  readonly environment: MailPlace['environment']
}

/** Who sends mails as the settings say. Only what that needs is loaded: a client of Notify is large. */
export const openPostman = async (
  { mail, environment }: PostmanParts,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<Postman> => {
  const sender = senderOf({ environment })
  switch (mail.kind) {
    case 'smtp': {
      const { smtpPostman } = await import('#outside/smtp-postman.ts')
      return smtpPostman({ server: mail.server, sender })
    }
    case 'notify': {
      const { notifyPostman } = await import('#outside/notify-postman.ts')
      return notifyPostman(mail.account)
    }
    case 'folder': {
      const { folderPostman } = await import('#outside/folder-postman.ts')
      return folderPostman({ path: mail.path, sender, clock, random })
    }
  }
}
