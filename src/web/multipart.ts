import { Busboy } from '@fastify/busboy'
import { Invalid } from '#kernel/failure.ts'
import type { Request, Scope } from './routes.ts'

/** Bytes of a whole form with a file; larger ones are refused with 413. */
const largestFormBytes = 2 * 1024 * 1024
const limits = { fields: 20, files: 1, parts: 21, fieldNameSize: 100, fieldSize: largestFormBytes }

/**
 * Lets the forms of this scope bring a file (RFC 7578). The body is an object as of any other form, so the guard finds
 * its token in it; `onlyFile` takes the file out.
 */
export const takeFiles = (scope: Scope): void => {
  scope.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: largestFormBytes },
    (request: Request, body: Buffer) => readForm(request.headers['content-type'] ?? '', body),
  )
}

/** The file that came under this name, if one was chosen. */
export const onlyFile = (body: unknown, name: string): Buffer | undefined => {
  const file: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
  return Buffer.isBuffer(file) && file.length > 0 ? file : undefined
}

type Form = Record<string, string | Buffer | readonly (string | Buffer)[]>

const readForm = (contentType: string, body: Buffer): Promise<Form> =>
  new Promise((resolve, reject) => {
    const form: Form = Object.create(null)
    const keep = (name: string, value: string | Buffer): void => {
      const known = form[name]
      form[name] = known === undefined ? value : [known, value].flat()
    }
    const refuse = (): void => reject(new Invalid('The form has parts that Signon cannot read.'))
    try {
      const reader = new Busboy({ headers: { 'content-type': contentType }, limits })
      reader.on('field', (name, value, isNameCut, isValueCut) => {
        if (isNameCut || isValueCut || /[\0\ufffd]/.test(name + value)) refuse()
        keep(name, value)
      })
      reader.on('file', (name, stream) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => keep(name, Buffer.concat(chunks)))
        stream.on('error', refuse)
      })
      for (const event of ['partsLimit', 'filesLimit', 'fieldsLimit', 'error'] as const)
        reader.on(event, refuse)
      reader.on('finish', () => resolve(form))
      reader.end(body)
    } catch {
      refuse()
    }
  })
