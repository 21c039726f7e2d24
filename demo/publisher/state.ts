import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Someone Signon has told us of, person or machine, as it last described them. */
export interface Person {
  readonly uid: string
  readonly email: string | null
  readonly name: string | null
  readonly permissions: readonly string[] | null
  readonly organisationSlug: string | null
  readonly organisationContentId: string | null
  readonly disabled: boolean | null
  readonly remotelySignedOut: boolean
}

export interface Document {
  readonly id: string
  readonly title: string
  readonly body: string
  readonly status: 'draft' | 'published'
  readonly lastEditedBy: string
  readonly lastEditedAt: string
}

interface Contents {
  readonly people: readonly Person[]
  readonly documents: readonly Document[]
}

/** All that outlives a request, save sessions. */
export interface State {
  readonly contents: () => Contents
  /** Takes effect at once; resolves when it is on the disk. */
  readonly change: (changes: Partial<Contents>) => Promise<void>
}

/** Continues from the file where there is one, from `seeds` otherwise; without a file, remembers only until the end. */
export const openState = async (file: string | undefined, seeds: readonly Document[]): Promise<State> => {
  let contents = (file === undefined ? null : await read(file)) ?? { people: [], documents: seeds }
  let saved: Promise<void> = Promise.resolve()

  return {
    contents: () => contents,
    change: (changes) => {
      contents = { ...contents, ...changes }
      if (file === undefined) return saved
      // One write at a time, or two would share the file that is written aside.
      const write = () => save(file, contents)
      saved = saved.then(write, write)
      return saved
    },
  }
}

const read = async (file: string): Promise<Contents | null> => {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new Error(`Demo Publisher cannot read its state in ${file}`, { cause: error })
  }
}

const save = async (file: string, contents: Contents): Promise<void> => {
  const aside = `${file}.new`
  await mkdir(dirname(file), { recursive: true })
  await writeFile(aside, `${JSON.stringify(contents, null, 2)}\n`, { mode: 0o600, flush: true })
  await rename(aside, file)
}
