import { Client } from 'pg'
import { systemClock } from '#kernel/clock.ts'
import { prepareDatabase } from '#main/database.ts'

/** The server that the tests use: the embedded one of the test run, or the one of TEST_DATABASE_URL. */
export const serverUrl = (): string => {
  const url = process.env['TEST_DATABASE_URL']
  if (!url) throw new Error('TEST_DATABASE_URL is not set: run the tests with npm test')
  return url
}

/** The same server, another database. */
export const databaseUrl = (server: string, database: string): string => {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.toString()
}

/** Runs one statement on the server itself. */
export const onServer = async (server: string, text: string): Promise<void> => {
  const client = new Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

/** The migrated database that every test file's own database is a copy of. */
export const template = 'signon_test_template'

/** Makes it, anew. */
export const makeTemplate = async (server: string): Promise<void> => {
  await onServer(server, `drop database if exists ${template} with (force)`)
  await onServer(server, `create database ${template}`)
  const url = databaseUrl(server, template)
  await prepareDatabase(url, systemClock)
}

/** A fresh migrated database, dropped by `drop`. */
export const makeDatabase = async (
  server = serverUrl(),
): Promise<{ readonly url: string; drop(): Promise<void> }> => {
  const name = `signon_test_${process.pid}_${process.hrtime.bigint()}`
  await onServer(server, `create database ${name} template ${template}`)
  return {
    url: databaseUrl(server, name),
    drop: () => onServer(server, `drop database if exists ${name} with (force)`),
  }
}
