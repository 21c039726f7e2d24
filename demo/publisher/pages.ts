import { type DocumentText, titleLimit } from './documents.ts'
import { holds } from './people.ts'
import type { Document, Person } from './state.ts'

export interface Page {
  readonly template: string
  /** The page's heading, and the beginning of the browser's title. */
  readonly title: string
  readonly section: 'documents' | 'account' | null
  readonly view: object
}

export const documentsPage = (documents: readonly Document[], person: Person): Page => ({
  template: 'documents.njk',
  title: 'Documents',
  section: 'documents',
  view: {
    mayWrite: holds(person, 'write'),
    rows: documents.map((document) => ({
      href: `/documents/${document.id}`,
      title: document.title,
      tag: tagOf(document),
      lastEditedBy: document.lastEditedBy,
      lastEditedOn: day(document.lastEditedAt),
    })),
  },
})

export const documentPage = (document: Document, person: Person): Page => ({
  template: 'document.njk',
  title: document.title,
  section: 'documents',
  view: {
    tag: tagOf(document),
    lastEdited: `${day(document.lastEditedAt)} by ${document.lastEditedBy}`,
    paragraphs: document.body.split(/\n{2,}/).filter((paragraph) => paragraph.trim() !== ''),
    editHref: holds(person, 'write') ? `/documents/${document.id}/edit` : null,
    publishAction:
      holds(person, 'publish') && document.status === 'draft' ? `/documents/${document.id}/publish` : null,
  },
})

/** The form for a new document (`document` null) or an existing one, as given or as just sent with a fault in its title. */
export const documentFormPage = (
  document: Document | null,
  text: DocumentText,
  titleFault: string | null,
): Page => ({
  template: 'document-form.njk',
  title: document === null ? 'Create a document' : `Edit ‘${document.title}’`,
  section: 'documents',
  view: {
    documentTitle: text.title,
    documentBody: text.body,
    titleFault,
    titleLimit,
    willBeDraft: document?.status === 'published',
    action: document === null ? '/documents' : `/documents/${document.id}`,
    backHref: document === null ? '/' : `/documents/${document.id}`,
  },
})

export const accountPage = (person: Person): Page => ({
  template: 'account.njk',
  title: 'Your account',
  section: 'account',
  view: {
    name: person.name ?? 'Not given',
    email: person.email ?? 'Not given',
    uid: person.uid,
    organisation: person.organisationSlug ?? 'None',
    permissions: person.permissions ?? [],
    disabled: person.disabled === null ? 'Not said' : person.disabled ? 'Yes' : 'No',
  },
})

export interface Message {
  readonly title: string
  readonly text: string
  readonly link: { readonly text: string; readonly href: string }
}

/** A page that says one thing and leads on. */
export const messagePage = ({ title, text, link }: Message): Page => ({
  template: 'message.njk',
  title,
  section: null,
  view: { text, link },
})

const tagOf = ({ status }: Document) =>
  status === 'published' ? { text: 'Published', classes: 'govuk-tag--green' } : { text: 'Draft', classes: '' }

const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'Europe/London' })

const day = (time: string) => days.format(Date.parse(time))
