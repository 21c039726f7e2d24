import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Invalid } from '#kernel/failure.ts'
import type { Random } from '#kernel/random.ts'
import { demoSettingsFile, type Environment, withoutBlanks } from '#main/config.ts'
import { defaultDataDirectory, defaultPort, variables } from './settings.ts'

/**
 * The environment that the demo runs in: everything that must be given is made once and kept in the data directory,
 * and the database is the embedded one. Throws `Invalid` where a demonstration has no business.
 */
export const demoEnvironment = async (environment: Environment, random: Random): Promise<Environment> => {
  if (environment[variables.environment] === 'production')
    throw new Invalid(
      'The demo has well-known passwords and does not run in production. Use bin/signon web and bin/signon worker.',
    )
  const { [variables.databaseUrl]: _unused, ...own } = withoutBlanks(environment)
  const directory = own[variables.dataDirectory] ?? defaultDataDirectory
  await mkdir(directory, { recursive: true })
  await keepSettings(join(directory, demoSettingsFile), random)
  return { [variables.publicUrl]: `http://localhost:${own[variables.port] ?? defaultPort}`, ...own }
}

const keepSettings = async (file: string, random: Random): Promise<void> => {
  const isThere = await readFile(file).then(
    () => true,
    () => false,
  )
  if (isThere) return
  const key = `demo:${random.bytes(32).toString('base64')}`
  const lines = [
    '# Made by the demo. Commands that run beside it take their settings from here.',
    `${variables.keys}=${key}`,
    `${variables.publicUrl}=http://localhost:${defaultPort}`,
  ]
  await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600 })
  await chmod(file, 0o600)
}
