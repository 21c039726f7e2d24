import type { Person } from './state.ts'

export type Profile = Omit<Person, 'remotelySignedOut'>

/** Reads what `/user.json` answers and a push carries: `{"user": {…}}`. A missing field is null, an unknown one is nothing to us. */
export const readProfile = (answer: unknown): Profile => {
  const { user } = record(answer, 'The answer')
  const fields = record(user, 'user')
  const { uid } = fields
  if (typeof uid !== 'string' || uid === '') throw new UnreadableProfile('user.uid is not a string')
  return {
    uid,
    email: text(fields, 'email'),
    name: text(fields, 'name'),
    permissions: texts(fields, 'permissions'),
    organisationSlug: text(fields, 'organisation_slug'),
    organisationContentId: text(fields, 'organisation_content_id'),
    disabled: truth(fields, 'disabled'),
  }
}

type Fields = Readonly<Record<string, unknown>>

const record = (value: unknown, name: string): Fields => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UnreadableProfile(`${name} is not an object`)
  return { ...value }
}

const text = (fields: Fields, name: string): string | null => {
  const value = fields[name] ?? null
  if (value === null || typeof value === 'string') return value
  throw new UnreadableProfile(`user.${name} is not a string`)
}

const texts = (fields: Fields, name: string): readonly string[] | null => {
  const value = fields[name] ?? null
  if (value === null) return null
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw new UnreadableProfile(`user.${name} is not a list of strings`)
}

const truth = (fields: Fields, name: string): boolean | null => {
  const value = fields[name] ?? null
  if (value === null || typeof value === 'boolean') return value
  throw new UnreadableProfile(`user.${name} is neither true nor false`)
}

class UnreadableProfile extends Error {}
