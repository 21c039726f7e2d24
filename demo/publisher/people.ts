import { isDeepStrictEqual } from 'node:util'
import type { Profile } from './profile.ts'
import type { Person, State } from './state.ts'

/** Who Signon has told us of. The Ruby library keeps the same in each application's own `users` table. */
export interface People {
  readonly seek: (uid: string) => Person | null
  /** Someone has just proved who they are, in a browser or with a token: an earlier remote sign-out is over. */
  readonly welcome: (profile: Profile) => Promise<Person>
  /** Signon says that someone changed, whether or not they were ever here. */
  readonly update: (profile: Profile) => Promise<Person>
  readonly signOutRemotely: (uid: string) => Promise<void>
}

export const peopleIn = (state: State): People => {
  const seek = (uid: string) => state.contents().people.find((person) => person.uid === uid) ?? null

  const put = async (before: Person | null, after: Person): Promise<Person> => {
    if (isDeepStrictEqual(before, after)) return after
    const others = state.contents().people.filter((person) => person !== before)
    await state.change({ people: [...others, after] })
    return after
  }

  // A record with another uid but the same email is taken over.
  const known = ({ uid, email }: Profile) =>
    seek(uid) ?? state.contents().people.find((person) => email !== null && person.email === email) ?? null

  return {
    seek,
    welcome: (profile) => put(known(profile), { ...profile, remotelySignedOut: false }),
    update: (profile) => {
      const before = known(profile)
      return put(before, { ...profile, remotelySignedOut: before?.remotelySignedOut ?? false })
    },
    signOutRemotely: async (uid) => {
      const person = seek(uid)
      if (person !== null) await put(person, { ...person, remotelySignedOut: true })
    },
  }
}

export const holds = (person: Person, permission: string): boolean =>
  person.permissions?.includes(permission) ?? false
