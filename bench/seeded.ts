import { createHash } from 'node:crypto'

/** What was put into a database, as far as those who call need to know. */
export interface Seeded {
  readonly users: number
  /** When, in milliseconds since 1970. */
  readonly at: number
}

/** Where administration is measured: who looks after accounts, by role, and has a session. */
export const administrators = {
  superadmin: 1,
  admin: 2,
  super_organisation_admin: 3,
  organisation_admin: 4,
} as const

/** What everybody's password is. */
export const everybodysPassword = 'correct horse battery daffodil'
export const applicationCount = 40
/** Each user holds `signin` and one more permission on this many applications. */
export const applicationsEach = 4
/** Authorizations of each user; the last one is live, the others have expired. */
export const tokensEach = 5
/** The first so many of a user's applications have asked for the user's permissions a moment ago. */
export const freshApplications = 1

// Numbers without a common factor with any power of ten, so that they lead through all users in a mixed order.
export const tokenStride = 7919
export const sessionStride = 6007

const day = 24 * 60 * 60 * 1000
const hour = 60 * 60 * 1000
/** Expired authorizations were made within so long, and the last of them so long ago. */
export const oldest = 30 * day
export const newestExpired = day
/** Live authorizations and sessions were made within so long. */
export const recent = hour / 2

/** The user (from 1) whom authorization `t` (from 0) is of. */
const userOfToken = ({ users }: Seeded, t: number): number => ((t * tokenStride) % users) + 1

/** The user's j-th application, both from 0; applications count from 1. */
export const applicationOf = (user: number, j: number): number => ((user * 3 + j * 10) % applicationCount) + 1

/** The access token of the live authorization number `n` of as many as there are users, and its application. */
export const liveToken = (
  seeded: Seeded,
  n: number,
): { readonly token: string; readonly application: number } => {
  const t = (tokensEach - 1) * seeded.users + n
  const made = seeded.at - recent + Math.floor((n * recent) / seeded.users)
  return {
    token: tokenText('access', timeOrderedId(made, t)),
    application: applicationOf(userOfToken(seeded, t), t % freshApplications),
  }
}

/** The session cookie's text of a user. */
export const sessionOf = (seeded: Seeded, user: number): string => {
  const place = (user * sessionStride) % seeded.users
  const made = seeded.at - recent + Math.floor((place * recent) / seeded.users)
  return tokenText('session', timeOrderedId(made, place))
}

// As Signon makes them, milliseconds above and 21 bits below; but the bits count instead of being left to chance.
const timeOrderedId = (milliseconds: number, below: number): bigint =>
  (BigInt(milliseconds) << 21n) | BigInt(below % 2 ** 21)

const tokenText = (kind: string, id: bigint): string => {
  const bytes = Buffer.alloc(32)
  bytes.writeBigInt64BE(id)
  createHash('sha256').update(`${kind} ${id}`).digest().copy(bytes, 8, 0, 24)
  return bytes.toString('base64url')
}

export const uidOf = (user: number): string =>
  createHash('md5')
    .update(`user ${user}`)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

export const emailOf = (user: number): string => `person.${user}@example.gov.uk`
export const clientIdOf = (application: number): string => `bench-application-${application}`
export const clientSecretOf = (application: number): string => `bench-secret-of-application-${application}`
export const redirectUriOf = (application: number): string =>
  `https://application-${application}.example/auth/gds/callback`

/** Whole numbers from `from` to `to`, in an order that depends on `seed` alone. */
export const shuffled = (from: number, to: number, seed: number): number[] => {
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index)
  let state = seed
  for (let last = numbers.length - 1; last > 0; last -= 1) {
    // Knuth's linear congruential generator is chance enough here.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const other = state % (last + 1)
    const [one, two] = [numbers[last] ?? 0, numbers[other] ?? 0]
    numbers[last] = two
    numbers[other] = one
  }
  return numbers
}
