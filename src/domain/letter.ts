/** A mail that is ready to be sent: plain text. */
export interface Letter {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** What every letter must know about the Signon that sends it. */
export interface MailPlace {
  /** Public origin, for links. */
  readonly publicUrl: string
  /** As it is configured: production, integration … */
  readonly environment: string
}

export interface Draft {
  readonly to: string
  /** Whom it greets; nothing when that is not known. */
  readonly name: string | null
  /** Without the environment, which is put before it. */
  readonly subject: string
  readonly paragraphs: readonly string[]
}

/** Puts greeting, environment and signature around what is to be said. */
export const letter = (place: MailPlace, { to, name, subject, paragraphs }: Draft): Letter => ({
  to,
  subject: `${subjectPrefix(place)}${subject}`,
  text: `${[name === null ? 'Hello' : `Hello ${name}`, ...paragraphs, elsewhere(place), signature]
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

const titleOf = (environment: string): string =>
  `${environment.charAt(0).toUpperCase()}${environment.slice(1)}`
