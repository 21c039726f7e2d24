import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { Conflict, Invalid, Unavailable } from '#kernel/failure.ts'

/** Standard input or output instead of a file. */
const standard = '-'

/** A row has some hundred characters, and a permission's application some thousand. */
const longestLine = 1024 * 1024

/**
 * Writes lines, compressed, with a last one that holds what `countsOf` says then and their checksum. A file appears when it
 * is whole, and only its owner may read it; `-` is standard output. Throws `Unavailable` when it cannot be written.
 */
export const writeEnvironmentFile = async (
  path: string,
  lines: AsyncIterable<string>,
  countsOf: () => object,
): Promise<void> => {
  const all = withTrailer(lines, countsOf)
  if (path === standard) {
    await pipeline(all, createGzip(), process.stdout, { end: false })
    return
  }
  const aside = `${path}.part`
  try {
    await rm(aside, { force: true })
    await pipeline(all, createGzip(), createWriteStream(aside, { mode: 0o600, flags: 'wx', flush: true }))
    await rename(aside, path)
  } catch (error) {
    await rm(aside, { force: true })
    throw asUnavailable(error, `${path} cannot be written`)
  }
}

async function* withTrailer(
  lines: AsyncIterable<string>,
  countsOf: () => object,
): AsyncGenerator<string, void> {
  const sum = createHash('sha256')
  for await (const line of lines) {
    sum.update(`${line}\n`)
    yield `${line}\n`
  }
  yield `${JSON.stringify({ counts: countsOf(), sha256: sum.digest('hex') })}\n`
}

/**
 * The lines of such a file, the last one included. Throws `Invalid` when it is none, was cut short or was altered: by then
 * lines were handed out, so nothing may be done with them before the end.
 */
export async function* readEnvironmentFile(path: string): AsyncGenerator<string, void> {
  const source = path === standard ? process.stdin : createReadStream(path)
  const sum = createHash('sha256')
  let isOver = false
  for await (const line of linesOf(source, path)) {
    if (isOver) throw broken('goes on behind its end')
    if (line.startsWith('{"counts":')) {
      if (!line.endsWith(`"sha256":"${sum.digest('hex')}"}`))
        throw broken('was altered: its checksum is another')
      isOver = true
    } else sum.update(`${line}\n`)
    yield line
  }
  if (!isOver) throw broken('was cut short: it has no end')
}

async function* linesOf(source: Readable, path: string): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const gunzip = createGunzip()
  // Errors of the source end the reading of what comes out of it.
  source.on('error', (error) => gunzip.destroy(error))
  source.pipe(gunzip)
  let rest = ''
  try {
    for await (const part of gunzip as AsyncIterable<Buffer>) {
      const lines = (rest + decoder.decode(part, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > longestLine || lines.some((line) => line.length > longestLine))
        throw broken('holds a line that is too long')
      yield* lines
    }
  } catch (error) {
    const code = codeOf(error)
    if (error instanceof Invalid) throw error
    if (code.startsWith('Z_') || code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw broken('is not an export, or was cut short')
    throw asUnavailable(error, `${path} cannot be read`)
  } finally {
    source.destroy()
  }
  if (rest !== '') throw broken('was cut short: it has no end')
}

const broken = (what: string): Invalid => new Invalid(`The file ${what}. Nothing was changed.`)

/** A new file that only its owner may read, for secrets. */
export interface SecretsFile {
  /** Writes these lines, and returns when they are safe. */
  write(lines: readonly string[]): Promise<void>
  /** Closes it; one that nothing was written into is removed, and so is one that is not to be kept. */
  close(isKept: boolean): Promise<void>
}

/** Makes it. Throws `Conflict` when there is a file of that name: secrets that somebody needs may be in it. */
export const makeSecretsFile = async (path: string): Promise<SecretsFile> => {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    throw codeOf(error) === 'EEXIST'
      ? new Conflict(`There is a file ${path} already. It may hold secrets that somebody needs, so it stays.`)
      : asUnavailable(error, `${path} cannot be written`)
  })
  let isWritten = false
  return {
    async write(lines) {
      isWritten = lines.length > 0
      await file.writeFile(lines.map((line) => `${line}\n`).join(''))
      await file.sync()
    },
    async close(isKept) {
      await file.close()
      if (!isKept || !isWritten) await rm(path, { force: true })
    },
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'no code'

const systemCode = /^E[A-Z]+$/

/** Trouble of the file system in words; anything else as it is. */
const asUnavailable = (error: unknown, what: string): unknown =>
  systemCode.test(codeOf(error)) ? new Unavailable(`${what} (${codeOf(error)}).`) : error
