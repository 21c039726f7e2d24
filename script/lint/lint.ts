import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { faults } from './rules.ts'
import { usesInSql, usesInTypeScript, usesOfSpace } from './uses.ts'

/**
 * The house rules that Biome does not know: time, chance and settings enter the service in one place each, and
 * no file is too long to keep in mind.
 * With a folder as argument it reads the tree there, else this checkout.
 */
const top = process.argv[2] ?? dirname(dirname(import.meta.dirname))
const files = globSync(['src/**/*.ts', 'demo/**/*.ts', 'db/**/*.sql'], { cwd: top }).sort()

const found = files.flatMap((file) => {
  const text = readFileSync(join(top, file), 'utf8')
  const uses = file.endsWith('.sql') ? usesInSql(text) : usesInTypeScript(text)
  return faults(file, [...uses, ...usesOfSpace(text)]).map(
    (fault) => `${file}:${fault.line} ${fault.rule}: ${fault.what}. ${fault.instead}`,
  )
})

for (const line of found) process.stdout.write(`${line}\n`)
process.stdout.write(`${files.length} files read, ${found.length} faults\n`)
process.exitCode = found.length === 0 && files.length > 0 ? 0 : 1
