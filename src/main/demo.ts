import { join, resolve } from 'node:path'
import type { Logger } from 'pino'
import { startPublisher } from '#demo/publisher/publisher.ts'
import { demoAuthenticatorSecret, demoPassword, demoPeople } from '#demo/seed/people.ts'
import { type PublisherCredentials, publisherCredentials } from '#demo/seed/publisher-credentials.ts'
import { seedPeople, seedRegister } from '#demo/seed/seed.ts'
import type { Actor } from '#domain/events.ts'
import { scheduleIn } from '#domain/jobs.ts'
import { Invalid } from '#kernel/failure.ts'
import { systemRandom } from '#kernel/random.ts'
import { organisationsApi } from '#outside/organisation-source.ts'
import { applicationCaller } from '#outside/push-updates.ts'
import type { Signon } from '#store/signon.ts'
import { type Config, type Environment, readConfig } from './config.ts'
import { prepareDatabase } from './database.ts'
import { type House, openHouse } from './house.ts'
import { listen } from './listen.ts'
import { createLogger } from './observability/logger.ts'
import { openPostman } from './postman.ts'
import { createWeb } from './server.ts'
import { demoEnvironment } from './settings/demo-settings.ts'
import { variables } from './settings/settings.ts'
import { untilStopped } from './stop.ts'
import { startWorker } from './worker.ts'

const demonstrator: Actor = { kind: 'console', name: 'demo' }
const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** Runs all of Signon on this machine, with a publishing application to sign in to, until it is stopped. */
export const runDemo = async (environment: Environment): Promise<void> => {
  const stopped = untilStopped()
  const config = readConfig(await demoEnvironment(environment, systemRandom))
  const directory = resolve(config.dataDirectory)
  const logFile = join(directory, 'demo.log')
  const logger = createLogger(config.logLevel, 'demo', logFile)
  // Whatever was opened is closed, the last first, however far we came.
  const closing: (() => Promise<void>)[] = []
  try {
    const house = await openHouse(config, logger)
    closing.push(house.close)
    await prepareDatabase(house.databaseUrl, house.signon.clock)
    const credentials = await fill(house.signon, directory, urlOfPublisher(config))
    await start(config, house, directory, credentials, logger, closing)
    say(welcome(config, directory, logFile))
    await stopped
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

/** Puts into the database what the demo shows, where it is not there yet. */
const fill = async (
  signon: Signon,
  directory: string,
  publisherUrl: string,
): Promise<PublisherCredentials> => {
  const [lastPerson] = demoPeople.slice(-1)
  const isFilled =
    lastPerson !== undefined && (await signon.single.users.seekByEmail(lastPerson.email)) !== undefined
  if (!isFilled) {
    say('Filling the database with the real organisations and applications, once …')
    await seedRegister(signon, demonstrator)
  }
  const credentials = await publisherCredentials(signon, demonstrator, directory, publisherUrl)
  if (!isFilled) await seedPeople(signon, demonstrator)
  return credentials
}

const start = async (
  config: Config,
  house: House,
  directory: string,
  credentials: PublisherCredentials,
  logger: Logger,
  closing: (() => Promise<void>)[],
): Promise<void> => {
  const { signon } = house
  const web = createWeb(signon, logger, config)
  closing.push(() => web.close())
  await listen(web, config).catch(portTaken(config.port, 'PORT'))
  const worker = await startWorker({
    ...house,
    caller: applicationCaller({ authorities: config.pushAuthorities }),
    postman: await openPostman(config, signon),
    place: config,
    schedule: scheduleIn(config.environment, config.scheduleChanges),
    logger,
    jobsAtOnce: config.jobsAtOnce,
    organisations: organisationsApi(config.websiteRoot),
  })
  closing.push(() => worker.stop())
  const publisher = await startPublisher({
    signonUrl: config.publicUrl,
    signonInternalUrl: `http://${config.host}:${config.port}`,
    url: urlOfPublisher(config),
    host: config.host,
    port: config.publisherPort,
    ...credentials,
    stateFile: join(directory, 'demo-publisher-documents.json'),
  }).catch(portTaken(config.publisherPort, 'DEMO_PUBLISHER_PORT'))
  closing.push(() => publisher.close())
}

const urlOfPublisher = ({ publisherPort }: Config): string => `http://localhost:${publisherPort}`

const portTaken =
  (port: number, variable: string) =>
  (error: unknown): never => {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    throw isTaken
      ? new Invalid(`Port ${port} is in use. Stop what uses it, or set ${variable} to another one.`)
      : error
  }

const mailsOf = ({ mail }: Config): string =>
  mail.kind === 'folder' ? `${mail.path} (each is a file)` : `really go to people, as ${variables.mail} says`

const welcome = (config: Config, directory: string, logFile: string): string => {
  const width = Math.max(...demoPeople.map(({ email }) => email.length)) + 2
  const people = demoPeople.map(({ email, note }) => `  ${email.padEnd(width)}${note}`)
  return `
Signon is running.

  Signon           ${config.publicUrl}
  Demo Publisher   ${urlOfPublisher(config)}   a publishing application that signs people in through Signon

Open the Demo Publisher and sign in as one of these people. The password of each of them is:

  ${demoPassword}

${people.join('\n')}

Administrators enter a code, too. Add this key to an authenticator app by hand; it is the same for all of them:

  ${demoAuthenticatorSecret}

Mails  ${mailsOf(config)}
Data   ${directory} (kept from one start to the next; delete it to start afresh)
Log    ${logFile}
Commands work beside this, from another terminal: bin/signon --help
Stop with Ctrl-C.
`
}
