import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { Unavailable } from '#kernel/failure.ts'
import { systemRandom } from '#kernel/random.ts'
import { folderPostman } from './folder-postman.ts'

const folder = await mkdtemp(join(tmpdir(), 'signon-mails-'))
after(() => rm(folder, { recursive: true }))

const sender = {
  name: 'GOV.UK Signon Test',
  address: 'noreply-signon-test@digital.cabinet-office.gov.uk',
}
const clock = { now: () => new Date('2026-11-02T09:30:00.123Z') }
const letter = {
  to: 'zoë.o’neil@example.gov.uk',
  subject: 'Zoë’s "account"',
  text: 'Hello Zoë\n\nhttps://signon.example/s3cr3t-l1nk\n',
}
const postmanFor = (path: string) => folderPostman({ path, sender, clock, random: systemRandom })

describe('letters written into a folder', () => {
  it('are a file each, named by time, with all that a mail has', async () => {
    const path = join(folder, 'deep', 'mails')
    await postmanFor(path).send(letter)

    const [name = '', ...others] = await readdir(path)
    deepEqual(others, [])
    match(name, /^2026-11-02T09-30-00\.123Z-[0-9a-f-]{36}\.json$/)
    deepEqual(JSON.parse(await readFile(join(path, name), 'utf8')), {
      to: letter.to,
      from: 'GOV.UK Signon Test <noreply-signon-test@digital.cabinet-office.gov.uk>',
      reply_to: null,
      subject: letter.subject,
      text: letter.text,
    })
  })

  it('can be read by nobody else: they hold links that let people in', async () => {
    const path = join(folder, 'private')
    await postmanFor(path).send(letter)
    const [name = ''] = await readdir(path)
    deepEqual([(await stat(path)).mode & 0o777, (await stat(join(path, name))).mode & 0o777], [0o700, 0o600])
  })

  it('are complete whenever one is seen, however many are written at once', async () => {
    const path = join(folder, 'many')
    const postman = postmanFor(path)
    const long = { ...letter, text: 'word '.repeat(200_000) }
    let isWriting = true
    const writing = Promise.all(Array.from({ length: 20 }, () => postman.send(long))).finally(() => {
      isWriting = false
    })
    while (isWriting)
      for (const name of await readdir(path).catch(() => []))
        if (name.endsWith('.json') && !name.startsWith('.'))
          equal(JSON.parse(await readFile(join(path, name), 'utf8')).text.length, long.text.length)
    await writing
    equal((await readdir(path)).length, 20)
  })

  it('wait while the folder cannot be written', async () => {
    const path = join(folder, 'a-file')
    await writeFile(path, '')
    const isTold = (error: Error): boolean => {
      ok(error instanceof Unavailable && !error.message.includes('s3cr3t'))
      return /^Mails cannot be written into .*a-file \(E\w+\)\.$/.test(error.message)
    }
    await rejects(postmanFor(path).send(letter), isTold)
    await rejects(postmanFor(path).check(), isTold)
    equal(await postmanFor(join(folder, 'good')).check(), `written into ${join(folder, 'good')}`)
    deepEqual(await readdir(join(folder, 'good')), [])
  })
})
