import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './app.ts'
import { NotFound, PermissionMissing, StaleForm } from './failures.ts'
import { type Message, messagePage } from './pages.ts'
import { signedInPerson } from './visits.ts'

/** What browsers see when something goes wrong. */
export const failurePages = (server: FastifyInstance, app: App): void => {
  const show = (status: number, message: Message, request: FastifyRequest, reply: FastifyReply) => {
    const person = signedInPerson(app, app.sessions.of(request))
    return app.render(reply, status, messagePage(message), { person, csrfToken: '', notice: null })
  }

  server.setNotFoundHandler((request, reply) => show(404, notFound, request, reply))
  server.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error instanceof NotFound) return show(404, notFound, request, reply)
    if (error instanceof StaleForm) return show(422, staleForm, request, reply)
    if (error instanceof PermissionMissing) return show(403, forbidden(error.message), request, reply)
    const status = error.statusCode ?? 500
    if (status >= 400 && status < 500) return show(status, badRequest, request, reply)
    app.log(`A page failed: ${error.stack ?? error}`)
    return show(500, problem, request, reply)
  })
}

const toDocuments = { text: 'Go to documents', href: '/' }

const notFound: Message = {
  title: 'Page not found',
  text: 'If you typed the web address, check it is correct. The document may also have been removed.',
  link: toDocuments,
}

const staleForm: Message = {
  title: 'This form is out of date',
  text: 'Nothing was saved. You may have signed in again since you opened it. Open the form again and send it once more.',
  link: toDocuments,
}

const badRequest: Message = {
  title: 'Your request could not be understood',
  text: 'Nothing was saved. Check the web address, or go back and try again.',
  link: toDocuments,
}

const problem: Message = {
  title: 'Sorry, there is a problem with Demo Publisher',
  text: 'Try again later.',
  link: toDocuments,
}

const forbidden = (text: string): Message => ({
  title: 'You do not have permission',
  text,
  link: { text: 'Sign out', href: '/auth/gds/sign_out' },
})
