import type { FastifyInstance } from 'fastify'
import type { App } from './app.ts'
import { type DocumentText, titleLimit } from './documents.ts'
import { NotFound } from './failures.ts'
import { accountPage, documentFormPage, documentPage, documentsPage } from './pages.ts'
import type { Document } from './state.ts'
import { type Visit, visitsTo } from './visits.ts'

/** The pages of the application itself. */
export const documentRoutes = (server: FastifyInstance, app: App): void => {
  readingRoutes(server, app)
  writingRoutes(server, app)
}

const readingRoutes = (server: FastifyInstance, app: App) => {
  const visit = visitsTo(app)
  const list = visit(({ person, show }) => show(documentsPage(app.documents.list(), person)))
  const read = visit((here) => here.show(documentPage(documentAt(app, here), here.person)))
  const account = visit(({ person, show }) => show(accountPage(person)))

  server.get('/', list)
  server.get('/documents/:id', read)
  server.get('/me', account)
}

const writingRoutes = (server: FastifyInstance, app: App) => {
  const visit = visitsTo(app)
  const newForm = visit(({ show }) => show(documentFormPage(null, { title: '', body: '' }, null)), 'write')
  const editForm = visit((here) => {
    const document = documentAt(app, here)
    return here.show(documentFormPage(document, document, null))
  }, 'write')
  const create = visit((here) => save(app, null, here), 'write')
  const edit = visit((here) => save(app, documentAt(app, here), here), 'write')
  const publish = visit(async (here) => {
    const { id } = await app.documents.publish(documentAt(app, here))
    return here.goTo(`/documents/${id}`, 'Document published')
  }, 'publish')

  server.get('/documents/new', newForm)
  server.post('/documents', create)
  server.get('/documents/:id/edit', editForm)
  server.post('/documents/:id', edit)
  server.post('/documents/:id/publish', publish)
}

const documentAt = (app: App, { parameter }: Visit): Document => {
  const document = app.documents.seek(parameter('id'))
  if (document === null) throw new NotFound()
  return document
}

const save = async (app: App, document: Document | null, { form, person, show, goTo }: Visit) => {
  const text = textIn(form)
  const fault = faultIn(text)
  if (fault !== null) return show(documentFormPage(document, text, fault), 422)
  if (document === null) {
    const { id } = await app.documents.create(text, person)
    return goTo(`/documents/${id}`, 'Document created')
  }
  await app.documents.edit(document, text, person)
  return goTo(`/documents/${document.id}`, 'Changes saved')
}

const textIn = (form: URLSearchParams): DocumentText => ({
  title: (form.get('title') ?? '').trim(),
  body: (form.get('body') ?? '').replaceAll('\r\n', '\n').trim(),
})

const faultIn = ({ title }: DocumentText): string | null => {
  if (title === '') return 'Enter a title'
  return title.length > titleLimit ? `Title must be ${titleLimit} characters or fewer` : null
}
