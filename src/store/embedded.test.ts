import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { chmod, chown, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Client } from 'pg'
import {
  anotherProcess,
  isPostmaster,
  isRunning,
  kill,
  processesIn,
  query,
  serverPid,
  temporaryDirectory,
} from '#test/embedded.ts'
import { eventually } from '#test/waiting.ts'
import { joinEmbeddedDatabase } from './embedded.ts'

const isRoot = process.geteuid?.() === 0
const nobody = { uid: 65534, gid: 65534 }

describe('the embedded database', () => {
  it('is made on first use, says where it lies, and keeps what it holds from one start to the next', async (t) => {
    const directory = await temporaryDirectory(t)
    const said: string[] = []

    const first = await joinEmbeddedDatabase({ directory, say: (line) => said.push(line) })
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS number')
    await first.leave()
    equal(isRunning(directory), false)

    const second = await joinEmbeddedDatabase({ directory })
    deepEqual(await query(second.url, 'SELECT number FROM kept'), [{ number: 7 }])
    await second.leave()

    equal(first.directory, join(directory, 'postgres'))
    equal(said.length, 1)
    match(said.join(), new RegExp(`${first.directory}.*DATABASE_URL`))
  })

  it('never acknowledges what is not on the disk, speaks UTF-8, and listens on a private socket alone', async (t) => {
    const directory = await temporaryDirectory(t)
    const { url, leave } = await joinEmbeddedDatabase({ directory, settings: { work_mem: '7MB' } })

    const [settings] = await query(
      url,
      `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
              current_setting('data_checksums') AS checksums, current_setting('listen_addresses') AS addresses,
              current_setting('work_mem') AS memory, lower('ÉCOLE') AS lower, 'a' < 'B' COLLATE "en-x-icu" AS icu`,
    )
    deepEqual(settings, {
      fsync: 'on',
      commit: 'on',
      checksums: 'on',
      addresses: '',
      memory: '7MB',
      lower: 'école',
      icu: true,
    })
    const socket = decodeURIComponent(new URL(url).search.replace('?host=', ''))
    equal((await stat(socket)).mode & 0o077, 0)
    await leave()
  })

  it('is one server for several processes, and stops with the last of them', async (t) => {
    const directory = await temporaryDirectory(t)
    const database = await joinEmbeddedDatabase({ directory })
    const server = serverPid(directory)

    const other = await anotherProcess(t, directory)
    equal(other.url, database.url)
    await database.leave()
    await query(other.url, 'SELECT 1')
    equal(serverPid(directory), server)

    await other.leave()
    equal(isRunning(directory), false)
  })

  it('is one server when processes start it in the same instant', async (t) => {
    const directory = await temporaryDirectory(t)

    const users = await Promise.all([1, 2, 3].map(() => anotherProcess(t, directory)))

    equal(new Set(users.map(({ url }) => url)).size, 1)
    equal(processesIn(join(directory, 'postgres', 'data')).filter(isPostmaster).length, 1)
    await Promise.all(users.map(({ leave }) => leave()))
    equal(isRunning(directory), false)
  })

  it('comes back when the server is killed, with all that was acknowledged', async (t) => {
    const directory = await temporaryDirectory(t)
    const { url, leave } = await joinEmbeddedDatabase({ directory })
    await query(url, 'CREATE TABLE numbers (number integer)')
    const killed = serverPid(directory)

    const acknowledged = await writeUntilRefused(url, (written) => {
      if (written === 20) process.kill(killed, 'SIGKILL')
    })
    await eventually('the server is back', () => query(url, 'SELECT 1').then(Boolean, () => false))

    const [{ found } = {}] = await query(url, `SELECT count(*)::integer AS found FROM numbers`)
    ok(acknowledged >= 20)
    // The last one may have been written, and its acknowledgement lost.
    ok(found === acknowledged || found === acknowledged + 1, `${found} of ${acknowledged}`)
    notEqual(serverPid(directory), killed)
    await leave()
  })

  it('stops by itself when the only process that used it is killed', async (t) => {
    const directory = await temporaryDirectory(t)
    const user = await anotherProcess(t, directory)

    user.process.kill('SIGKILL')

    await eventually('the server has stopped', () => !isRunning(directory))
    await eventually('its keeper has gone', () => processesIn(join(directory, 'postgres')).length === 0)
  })

  it('recovers when everything was killed at once, whatever was left lying', async (t) => {
    const directory = await temporaryDirectory(t)
    const home = join(directory, 'postgres')
    const user = await anotherProcess(t, directory)
    await query(user.url, 'CREATE TABLE kept AS SELECT 7 AS number')

    const everything = [...processesIn(home), ...processesIn(join(home, 'data'))]
    user.process.kill('SIGKILL')
    kill(everything)
    writeFileSync(join(home, 'stopping'), '')

    const { url, leave } = await joinEmbeddedDatabase({ directory })
    deepEqual(await query(url, 'SELECT number FROM kept'), [{ number: 7 }])
    await leave()
  })

  it('is kept again from the next join on when its keeper was killed', async (t) => {
    const directory = await temporaryDirectory(t)
    const user = await anotherProcess(t, directory)
    const server = serverPid(directory)
    kill(processesIn(join(directory, 'postgres')))

    const { leave } = await joinEmbeddedDatabase({ directory })
    equal(serverPid(directory), server)
    await leave()
    user.process.kill('SIGKILL')

    await eventually('the server has stopped', () => !isRunning(directory))
  })

  it('works under a path that is too long for a socket', async (t) => {
    const directory = join(await temporaryDirectory(t), 'long '.repeat(20))
    const { url, leave } = await joinEmbeddedDatabase({ directory })
    await query(url, 'SELECT 1')
    await leave()
  })

  it('drops root, in a directory that only root can enter too', {
    skip: !isRoot && 'not root',
  }, async (t) => {
    for (const [mode, capabilities] of [
      [0o755, 0n],
      [0o700, 1n << 2n],
    ] as const) {
      const directory = await temporaryDirectory(t)
      await chmod(directory, mode)
      const { url, leave } = await joinEmbeddedDatabase({ directory })
      await query(url, 'SELECT 1')

      const status = readFileSync(`/proc/${serverPid(directory)}/status`, 'utf8')
      match(status, /^Uid:\t65526\t65526\t65526\t65526$/m)
      // 2 is CAP_DAC_READ_SEARCH. A checkout that is closed altogether needs it in any case.
      const held = BigInt(`0x${/^CapEff:\t(.*)$/m.exec(status)?.[1]}`)
      ok(held === capabilities || held === 1n << 2n, `${held}`)
      await leave()
    }
  })

  it('works for an ordinary user, and root may join', { skip: !isRoot && 'not root' }, async (t) => {
    const directory = await temporaryDirectory(t)
    await chown(directory, nobody.uid, nobody.gid)
    if (!(await canRead(nobody))) return t.skip('an ordinary user cannot read this checkout')

    const user = await anotherProcess(t, directory, nobody)
    const database = await joinEmbeddedDatabase({ directory })
    equal(database.url, user.url)
    match(readFileSync(`/proc/${serverPid(directory)}/status`, 'utf8'), /^Uid:\t65534\t/m)
    await user.leave()
    await database.leave()
    equal(isRunning(directory), false)
  })
})

const writeUntilRefused = async (url: string, onWritten: (written: number) => void): Promise<number> => {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  for (let acknowledged = 0; ; acknowledged += 1) {
    try {
      onWritten(acknowledged)
      await client.query('INSERT INTO numbers VALUES ($1)', [acknowledged])
    } catch {
      return acknowledged
    }
  }
}

const canRead = async (owner: typeof nobody): Promise<boolean> => {
  const embedded = import.meta.resolve('./embedded.ts')
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', 'await import(process.argv[1])', embedded],
    {
      ...owner,
      cwd: '/',
      stdio: 'ignore',
    },
  )
  const [code] = await once(child, 'close').catch(() => [1])
  return code === 0
}
