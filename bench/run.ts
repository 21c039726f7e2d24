import { type Measure, measures } from './measures.ts'
import { type Options, readOptions } from './options.ts'
import { tell } from './progress.ts'
import { mindOthers } from './quiet.ts'
import { type Row, rowOf, tableOf } from './report.ts'
import { openWorkshop, type Workshop } from './workshop.ts'

/** Measures what was asked for; what the process ends with. */
const run = async ({ json, names }: Options): Promise<number> => {
  const workshop = openWorkshop()
  const interrupt = (): void => {
    void workshop.close().finally(() => process.exit(130))
  }
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    const rows = await measureAll(
      workshop,
      measures.filter(({ name }) => names.includes(name)),
    )
    process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : tableOf(rows))
    return rows.every(({ ok }) => ok) ? 0 : 1
  } catch (error) {
    tell(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return 1
  } finally {
    await workshop.close()
  }
}

const measureAll = async (workshop: Workshop, wanted: readonly Measure[]): Promise<readonly Row[]> => {
  const rows: Row[] = []
  for (const measure of wanted) {
    tell(`${measure.name}: ${measure.about}`)
    await mindOthers()
    rows.push(rowOf(measure, await measure.take(workshop)))
  }
  return rows
}

const optionsOrRefusal = (): Options | string => {
  try {
    return readOptions(
      process.argv.slice(2),
      measures.map(({ name }) => name),
    )
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const options = optionsOrRefusal()
if (typeof options === 'string') tell(options)
process.exitCode = typeof options === 'string' ? 2 : await run(options)
