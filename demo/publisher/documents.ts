import type { Document, Person, State } from './state.ts'

export interface DocumentText {
  readonly title: string
  readonly body: string
}

/** In characters. */
export const titleLimit = 150

export interface Documents {
  /** Last edited first. */
  readonly list: () => readonly Document[]
  readonly seek: (id: string) => Document | null
  readonly create: (text: DocumentText, by: Person) => Promise<Document>
  /** What is edited is a draft again, so that nobody publishes by editing. */
  readonly edit: (document: Document, text: DocumentText, by: Person) => Promise<Document>
  readonly publish: (document: Document) => Promise<Document>
}

export const documentsIn = (state: State, now: () => Date): Documents => {
  const all = () => state.contents().documents
  const put = async (document: Document): Promise<Document> => {
    await state.change({ documents: [...all().filter(({ id }) => id !== document.id), document] })
    return document
  }
  const written = (text: DocumentText, by: Person) => ({
    ...text,
    status: 'draft' as const,
    lastEditedBy: by.name ?? by.email ?? by.uid,
    lastEditedAt: now().toISOString(),
  })

  return {
    list: () => all().toSorted((one, other) => other.lastEditedAt.localeCompare(one.lastEditedAt)),
    seek: (id) => all().find((document) => document.id === id) ?? null,
    create: (text, by) => put({ id: nextId(all()), ...written(text, by) }),
    edit: (document, text, by) => put({ ...document, ...written(text, by) }),
    publish: (document) => put({ ...document, status: 'published' }),
  }
}

const nextId = (documents: readonly Document[]) =>
  String(Math.max(0, ...documents.map(({ id }) => Number(id))) + 1)
