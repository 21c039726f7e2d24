import { get } from 'node:http'
import type { BatchId } from '#domain/batch.ts'
import type { Actor } from '#domain/events.ts'
import type { UserId } from '#domain/user.ts'
import { inviteBatch } from '#features/batches/invite-batch.job.ts'
import { startBatch } from '#features/batches/start-batch.ts'
import { uploadBatch } from '#features/batches/upload-batch.ts'
import { rememberedFor } from '#kernel/remembered.ts'
import type { Signon } from '#store/signon.ts'
import { tell } from './progress.ts'
import { type Figure, median } from './rounds.ts'
import { administrators, sessionOf } from './seeded.ts'
import { withSignon } from './signon.ts'
import type { Workshop } from './workshop.ts'

const parts = 10
const rounds = 3

/** How fast the last tenth of something came, against the first. */
interface Ends {
  readonly first: number
  readonly last: number
}

const figureOf = (rounds: readonly Ends[]): Figure => ({
  value: median(rounds.map(({ last }) => last)),
  against: median(rounds.map(({ first }) => first)),
  ratio: median(rounds.map(({ first, last }) => last / first)),
})

/** Lines a second of the file with everybody, at its end against its beginning. */
export const exportRate = async (workshop: Workshop): Promise<Figure> =>
  figureOf(
    (await exportsOf(workshop)).map(({ rates }) => ({ first: rates[0] ?? 0, last: rates.at(-1) ?? 0 })),
  )

/** By how many megabytes the web process grows after the first tenth of that file. */
export const exportMemory = async (workshop: Workshop): Promise<Figure> => {
  const growths = (await exportsOf(workshop)).map(
    ({ resident: [first = 0, ...later] }) => Math.max(...later) - first,
  )
  return { value: median(growths), against: null, ratio: null }
}

/** The same files serve both measures. */
const exportsOf = rememberedFor(async (workshop: Workshop): Promise<readonly Exported[]> => {
  const files: Exported[] = []
  for (let round = 1; round <= rounds; round += 1) files.push(await exportEverybody(workshop))
  return files
})

interface Exported {
  /** Lines a second, in each tenth. */
  readonly rates: readonly number[]
  /** Megabytes of the web process, after each tenth. */
  readonly resident: readonly number[]
}

const exportEverybody = async (workshop: Workshop): Promise<Exported> => {
  const { seeded } = await workshop.database('administration-large')
  const web = await workshop.web('administration-large')
  const cookie = `__Host-signon_session=${sessionOf(seeded, administrators.superadmin)}`
  const rates: number[] = []
  const resident: number[] = []
  const each = seeded.users / parts
  let lines = 0
  let began: number | undefined
  for await (const piece of await fileFrom(web.port, cookie)) {
    began ??= performance.now()
    lines += newLinesIn(piece)
    if (lines < each * (rates.length + 1) || rates.length === parts) continue
    rates.push(each / ((performance.now() - began) / 1000))
    resident.push(await web.residentMegabytes())
    began = performance.now()
  }
  if (rates.length < parts) throw new Error(`The file ended after ${lines} lines.`)
  tell(
    `  lines a second by tenths: ${rates.map(Math.round).join(', ')}; megabytes: ${resident.map(Math.round).join(', ')}`,
  )
  return { rates, resident }
}

const fileFrom = (port: number, cookie: string): Promise<AsyncIterable<Buffer>> =>
  new Promise((resolve, reject) => {
    const headers = { cookie, host: 'signon.example' }
    get({ host: '127.0.0.1', port, path: '/users.csv', headers, agent: false }, (response) => {
      if (response.statusCode === 200) resolve(response)
      else reject(new Error(`The file answered ${response.statusCode}.`))
    }).on('error', reject)
  })

const newLine = 10

const newLinesIn = (bytes: Buffer): number => {
  let count = 0
  for (let at = bytes.indexOf(newLine); at >= 0; at = bytes.indexOf(newLine, at + 1)) count += 1
  return count
}

const batchSize = 5000
const actor: Actor = { kind: 'person', userId: administrators.superadmin as UserId }
const neverFails = {
  error: (_facts: object, message: string) => {
    throw new Error(message)
  },
}

/** People a second whom the job of a batch invites, among a million others: the last tenth of 5,000 against the first. */
export const batch = async (workshop: Workshop): Promise<Figure> => {
  const { url } = await workshop.database('administration-large')
  return withSignon(url, async (signon) => {
    const ends: Ends[] = []
    for (let round = 1; round <= rounds; round += 1) ends.push(await inviteMany(signon))
    return figureOf(ends)
  })
}

const inviteMany = async (signon: Signon): Promise<Ends> => {
  const id = await begunBatch(signon)
  const invite = inviteBatch(signon, neverFails)
  const seconds: number[] = []
  while ((await signon.single.batchList.seek(id))?.state === 'running') {
    const began = performance.now()
    await invite({ batch: id })
    seconds.push((performance.now() - began) / 1000)
  }
  const tenth = Math.floor(seconds.length / parts)
  const rate = (some: readonly number[]): number =>
    ((batchSize / parts) * (some.length / tenth)) / some.reduce((sum, one) => sum + one, 0)
  const ends = { first: rate(seconds.slice(0, tenth)), last: rate(seconds.slice(-tenth - 1, -1)) }
  tell(
    `  ${batchSize} in ${seconds.reduce((sum, one) => sum + one, 0).toFixed(1)} s; ${Math.round(ends.first)} a second in the first tenth, ${Math.round(ends.last)} in the last`,
  )
  return ends
}

const begunBatch = async (signon: Signon): Promise<BatchId> => {
  const word = signon.random.bytes(6).toString('hex')
  const rows = Array.from(
    { length: batchSize },
    (_, index) => `Newcomer ${index},${word}.${index}@example.gov.uk`,
  )
  const uploaded = await uploadBatch(signon, actor, Buffer.from(['Name,Email', ...rows].join('\n')))
  if ('faults' in uploaded) throw new Error(`The batch was not taken: ${JSON.stringify(uploaded.faults)}`)
  const [application] = await signon.single.invitationForm.applications()
  const permissions = application?.permissions.map(({ id }) => id) ?? []
  await startBatch(signon, actor, uploaded.batch, {
    organisationId: null,
    permissions,
    requiresTwoStep: false,
  })
  return uploaded.batch
}
