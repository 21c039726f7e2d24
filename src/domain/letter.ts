/** A mail that is ready to be sent: plain text. */
export interface Letter {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** A letter whose recipient is refused for good: nobody need try again. It says why in our own words. */
export class MailRefused extends Error {}

/** What every letter must know about the Signon that sends it. */
export interface MailPlace {
  /** Public origin, for links. */
  readonly publicUrl: string
  /** As it is configured: production, integration … */
  readonly environment: string
  /** Where those are who watch over Signon; nobody when it is not set. */
  readonly alertsEmail?: string | undefined
}

export interface Draft {
  readonly to: string
  /** Whom it greets; nothing when that is not known. */
  readonly name: string | null
  /** Without the environment, which is put before it. */
  readonly subject: string
  readonly paragraphs: readonly string[]
}

/** Who letters come from. Nobody reads answers. */
export interface Sender {
  readonly name: string
  readonly address: string
}

/** Who sends the letters of this environment (`reference/accounts-and-sign-in.md` 13). */
export const senderOf = ({ environment }: Pick<MailPlace, 'environment'>): Sender => ({
  name: `GOV.UK Signon ${titleOf(environment)}`,
  address: `noreply-signon${environment === 'production' ? '' : `-${environment}`}@digital.cabinet-office.gov.uk`,
})

/** Puts greeting, environment and signature around what is to be said. */
export const letter = (place: MailPlace, { to, name, subject, paragraphs }: Draft): Letter => ({
  to,
  subject: oneLine(`${subjectPrefix(place)}${subject}`),
  text: `${[name === null ? 'Hello' : `Hello ${oneLine(name)}`, ...paragraphs, elsewhere(place), signature]
    .filter((paragraph) => paragraph !== '')
    .join('\n\n')}\n`,
})

/** Signon as people know it in this environment: `GOV.UK Signon`, `GOV.UK Signon Integration`. */
export const signonName = ({ environment }: Pick<MailPlace, 'environment'>): string =>
  environment === 'production' ? 'GOV.UK Signon' : `GOV.UK Signon ${titleOf(environment)}`

// Subjects are one line, and filters of mail boxes look at how they begin.
const subjectPrefix = ({ environment }: MailPlace): string =>
  environment === 'production' ? '' : `[${titleOf(environment)}] `

const elsewhere = (place: MailPlace): string =>
  place.environment === 'production'
    ? ''
    : `This is about your account for ${signonName(place)} only. Accounts in other environments are separate.`

const signature = 'All the best,\nThe GOV.UK team\nGovernment Digital Service'

/** What people chose, as it goes into a mail: a line break in it must not begin a paragraph or a header of its own. */
export const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()

/** An environment as it is shown: Integration. */
export const titleOf = (environment: string): string =>
  `${environment.charAt(0).toUpperCase()}${environment.slice(1)}`
