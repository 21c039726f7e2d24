import type { SourceOrganisation } from '#domain/organisation-import-facts.ts'
import { Invalid } from '#kernel/failure.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Records of the organisations API, as far as Signon takes them (`reference/organisations-api.md`). Lists of parents and
 * children may be absent, and so may what is only told: abbreviation and format. Throws `Invalid` that names the record
 * and what is wrong with it; `source` is where they come from.
 */
export const organisationsIn = (records: readonly unknown[], source: string): readonly SourceOrganisation[] =>
  records.map((record, index) => {
    try {
      return organisationOf(fieldsOf(record, 'it'))
    } catch (error) {
      if (!(error instanceof RecordFault)) throw error
      throw new Invalid(`${source}: organisation ${index + 1}${named(record)} is refused: ${error.message}.`)
    }
  })

/** What is wrong with one record. */
class RecordFault extends Error {}

const organisationOf = (record: Fields): SourceOrganisation => {
  const details = fieldsOf(record['details'], 'details')
  return {
    contentId: contentIdIn(details),
    slug: slugIn(details),
    name: textIn(record, 'title'),
    abbreviation: optionalTextIn(details, 'abbreviation'),
    format: optionalTextIn(record, 'format'),
    isClosed: textIn(details, 'govuk_status') === 'closed',
    parents: slugsIn(record, 'parent_organisations'),
    children: slugsIn(record, 'child_organisations'),
  }
}

const fieldsOf = (value: unknown, name: string): Fields => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RecordFault(`${name} must be an object`)
  return value as Fields
}

const contentIdIn = (details: Fields): string => {
  const contentId = textIn(details, 'content_id').toLowerCase()
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(contentId))
    throw new RecordFault('content_id must be a UUID')
  return contentId
}

const slugIn = (details: Fields): string => {
  const slug = textIn(details, 'slug')
  // It is one segment of an address, and what references are told by.
  if (/[\s/?#]/.test(slug)) throw new RecordFault('slug must not hold spaces, slashes, ? or #')
  return slug
}

/** Longer than anything seen, and short enough for every index. */
const longestText = 500

/** A text that must be there, without outer spaces. */
const textIn = (fields: Fields, name: string): string => {
  const text = optionalTextIn(fields, name)
  if (text === null) throw new RecordFault(`${name} is missing or blank`)
  return text
}

/** A text that may be left out, null or blank, which are one. */
const optionalTextIn = (fields: Fields, name: string): string | null => {
  const value = fields[name] ?? ''
  if (typeof value !== 'string') throw new RecordFault(`${name} must be a text`)
  const text = value.trim()
  // The database takes none, neither in a text nor in the report.
  if (!text.isWellFormed()) throw new RecordFault(`${name} holds half a character`)
  if (/\p{Cc}/u.test(text)) throw new RecordFault(`${name} holds a control character`)
  if (text.length > longestText) throw new RecordFault(`${name} is longer than ${longestText} characters`)
  return text || null
}

/** Slugs of the organisations that a list refers to: the last part of each address. */
const slugsIn = (record: Fields, name: string): readonly string[] | undefined => {
  const list = record[name]
  if (list === undefined || list === null) return undefined
  if (!Array.isArray(list)) throw new RecordFault(`${name} must be a list`)
  return list.map((reference: unknown) => {
    const id = textIn(fieldsOf(reference, `each of ${name}`), 'id')
    const slug = id.slice(id.lastIndexOf('/') + 1)
    if (slug === '') throw new RecordFault(`${name} refers to an organisation without a slug`)
    return slug
  })
}

/** What a record is called by whoever looks for it, as far as it says. */
const named = (record: unknown): string => {
  const { details, title } = (record ?? {}) as { readonly details?: Fields; readonly title?: unknown }
  const name = [details?.['slug'], title].find((one) => typeof one === 'string' && one.trim() !== '')
  return name === undefined ? '' : ` (${String(name).slice(0, 100)})`
}
